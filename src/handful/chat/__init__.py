"""Questions about a table in plain language, answered by operations on it."""
