"""Questions about a table in plain words: forty of them, the runner, and the tables of its figures."""
