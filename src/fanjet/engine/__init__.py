"""Two pure, deterministic machines: `RunState` decides what a run needs, `Admission` what is launched."""
