"""The judged half: scored for the closing note only, and read by nobody who works on what is judged."""
