"""Models of other programs: read into rows, and written as specs that people can read."""
