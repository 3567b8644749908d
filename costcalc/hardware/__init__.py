"""What a network asks of the machine that runs it: memory, traffic."""
