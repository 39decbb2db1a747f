"""What a learner knows about itself, as one HTML file that needs nothing beside it."""
