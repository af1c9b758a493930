"""The loop that owns runs: events in, changes through one transaction, launches out."""
