"""Budgets to parameters: the largest α (or ρ, resolution, depth …) that fits, exactly."""
