"""Keras code of networks, as a person would write it: Keras does not have to be there."""
