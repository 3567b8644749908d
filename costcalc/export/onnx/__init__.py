"""ONNX models of networks: one that runs, with weights that are drawn or zero."""
