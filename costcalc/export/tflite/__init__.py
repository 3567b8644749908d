"""TensorFlow Lite models of networks, int8: the ``tflite`` package writes them, TensorFlow does not
have to be there."""
