"""Blank pictures are drawn: from the words of the row, in the style of the pictures that the column already holds."""
