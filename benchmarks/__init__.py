"""How good and how fast handful is, beside its peers: see README.md."""
