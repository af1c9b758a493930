"""Connections: one port over SQLite and PostgreSQL, the schema, its upgrades, and copies of whole databases."""
