"""Ultralytics' models: YAML whose rows name modules."""
