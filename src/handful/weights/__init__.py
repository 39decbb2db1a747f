"""Optional weights: what there is, where it is kept, and how it is fetched when somebody asks for it.

registry.py says what can be had, place.py whether it is here; fetch.py gets it by way of pip.py, unpack.py and
requantize.py. Nothing here is called without being asked for: every other part of handful only looks (`installed`) or
says which command is missing (`needed`).
"""
