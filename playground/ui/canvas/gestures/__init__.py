"""What a hand does on the canvas: one class for each gesture. The first that takes a press keeps it."""
