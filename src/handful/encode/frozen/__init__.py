"""Encoders that were trained before and never change: one cell in, one vector out, whatever stands beside it."""
