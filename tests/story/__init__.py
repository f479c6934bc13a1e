"""What a team goes through, from beginning to end, with all parts that take part in it."""
