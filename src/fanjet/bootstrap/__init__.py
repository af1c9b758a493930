"""The composition root: makes store, executor and scheduler of the settings and joins them."""
