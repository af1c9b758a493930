"""Everything that is kept: the database, the files of DAG versions, and the logs of tries.

`journal` is the scheduler's side and the only writer; `queries` reads for people; `bundles` and `logs` are files.
"""
