"""Pictures drawn from words in the style of a few others: data, model, training."""
