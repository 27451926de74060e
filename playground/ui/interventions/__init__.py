"""Reaching into the networks: the list, the cards, the marks on the canvas."""
