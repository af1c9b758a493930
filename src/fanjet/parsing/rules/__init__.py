"""What `fanjet check --strict` looks for beyond errors: one module per rule."""
