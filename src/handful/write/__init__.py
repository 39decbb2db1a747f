"""A blank text cell is written: by a program found from the examples, by choice, or by a language model."""
