"""A file or a data frame becomes a `Table` of typed columns, and goes back in the form in which it came."""
