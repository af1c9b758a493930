"""Everything that is kept: the database, the files of DAG versions, and the logs of tries.

`database` holds connections, schema and upgrades; `journal` is the scheduler's side and the only writer of runs;
`queries` reads for people; `service` is what a service knows beside its runs; `secrets` are variables and connections;
`files` are bundles and logs.
"""
