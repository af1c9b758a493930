"""The HTTP side of a service: reads the store, writes commands, changes no state."""
