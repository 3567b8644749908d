"""Text to marked nodes and declared records, with every problem at its place."""
