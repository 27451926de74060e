"""What stands beside the cell canvas: pages of the inspector, weights, explanations, code, and cells in the palette."""
