"""What the pointer can do to a cell, one class for each gesture."""
