"""What went wrong: alerts of one cause together, from the first sign to the post-mortem."""
