"""One view for each kind of result, as a neutral document."""
