"""Provider packages: what is installed is used, and of what is not, the table's classes can be named."""
