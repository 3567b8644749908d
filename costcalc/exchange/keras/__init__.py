"""Keras models, by their configuration: no Keras, no weights and no code are needed."""
