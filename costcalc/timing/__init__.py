"""How long a network takes, by what was measured of others."""
