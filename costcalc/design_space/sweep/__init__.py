"""Exact costs over whole design spaces."""
