"""Benchmarks of what is said beside the answers: coverage, calibration, novelty, noise, doubts, learning curves."""
