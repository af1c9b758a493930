"""What the scheduler of runs writes, and reads back: the hot half of the store."""
