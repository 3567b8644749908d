"""Design spaces of one network and of several: sweeps, solutions, comparisons."""
