"""How far the planned runs are, and what the rest will cost: read from what they left behind."""
