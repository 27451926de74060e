"""The doctor's panel: what is wrong with a running network, on what evidence, and what to do about it."""
