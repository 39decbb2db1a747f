"""Classic learners behind the model's interface: features and labels in, a distribution out; and their blend."""
