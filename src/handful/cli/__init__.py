"""The command line: one file per command, `options.py` for what they share, `console.py` for how they talk."""
