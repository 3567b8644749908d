"""ONNX models: the ``onnx`` package reads the file, and says how large the tensors are."""
