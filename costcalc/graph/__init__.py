"""A spec and a binding become a graph of layers; passes over it stand beside the builder."""
