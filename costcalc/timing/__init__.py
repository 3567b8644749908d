"""How long a network takes on a device: at least, and by what was measured of others."""
