"""How long a training step takes: one measurement, in this process or in one of its own."""
