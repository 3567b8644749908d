"""Reviews: what moved between two states of a network, and whether budgets hold."""
