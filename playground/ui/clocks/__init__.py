"""The two clocks: time in the sequence and time in the training, and moving along them."""
