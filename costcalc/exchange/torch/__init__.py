"""Modules of PyTorch, read while they run once. Only this room imports torch."""
