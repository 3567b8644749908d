"""ncnn's .param files: a line for each layer, its options by number."""
