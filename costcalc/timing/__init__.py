"""How long a network takes on a device, by its figures and by what was measured of others."""
