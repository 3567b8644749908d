"""TensorFlow Lite models: the ``tflite`` package reads the file, which has every size."""
