"""One module for each question to one network."""
