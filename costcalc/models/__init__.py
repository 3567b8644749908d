"""Models of other programs as specs that people read: proven, parametric, held against others."""
