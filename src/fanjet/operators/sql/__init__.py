"""SQL: hooks for databases, and the operators and sensors that use them."""
