"""Raw distributions become answers: a value, how sure it is, and an honest score of the whole."""
