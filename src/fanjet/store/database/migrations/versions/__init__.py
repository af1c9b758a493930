"""One revision a file, named after its version and what it brought."""
