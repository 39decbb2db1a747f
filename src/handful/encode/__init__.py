"""Columns become features: one file per kind, each fitted on the context alone."""
