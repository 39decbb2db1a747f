"""The frozen encoders that handful ships: from weights that others published to files it can run."""
