"""Text columns to be written: thirty tasks of eight examples, the runner, and the tables of its figures."""
