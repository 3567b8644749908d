"""Exact numbers and closed forms; nothing here knows of networks."""
