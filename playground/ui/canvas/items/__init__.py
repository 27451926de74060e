"""What is painted on the canvas: one file for each kind of item. Items paint; gestures and hits are elsewhere."""
