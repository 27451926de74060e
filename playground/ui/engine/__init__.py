"""Which engine computes: the button that says so, the menu that changes it, and the words for it."""
