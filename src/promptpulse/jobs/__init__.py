"""Work that repeats: each job in turn, on one process at a time."""
