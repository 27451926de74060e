"""What the scene of a cell is made of."""
