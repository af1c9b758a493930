"""The API in which DAG files are written. Import its names from `fanjet`."""
