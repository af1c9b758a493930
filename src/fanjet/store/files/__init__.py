"""Files that the database leads to: bundles, logs; and their end."""
