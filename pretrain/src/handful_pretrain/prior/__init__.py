"""Synthetic tables: each file is one ingredient, `mix.py` puts them together, `look.py` draws them."""
