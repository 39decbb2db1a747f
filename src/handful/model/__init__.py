"""The in-context model at run time: a context and queries in, the queries' raw distributions out, without torch."""
