"""One module for each output format; none knows what it prints."""
