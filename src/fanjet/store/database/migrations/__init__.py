"""Alembic revisions: from the schema of one version to that of the next. `versions` has a file for each.

The id of a revision is the number of the schema version. A revision has only `upgrade`, whose statements keep all data
and suit both databases; a new version also changes `schema_sqlite.sql`, from which new databases are made, and a test
proves that both ways lead to the same tables.
"""
