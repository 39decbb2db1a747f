"""How good answers are where columns hold text, pictures, sound, series, or all sorts of things."""
