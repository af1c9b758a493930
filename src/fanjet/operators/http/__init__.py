"""HTTP: the hook, and the operators, sensors and triggers that use it."""
