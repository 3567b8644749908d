"""Judging: every printed figure, shape and formula against the model."""
