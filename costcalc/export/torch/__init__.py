"""PyTorch modules of networks: code that reads as a person would write it."""
