"""What the system may do by itself: abort, never promote."""
