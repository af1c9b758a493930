"""The DAG folder of a service: its files are watched, loaded, and kept in the store as versions."""
