"""Rules that watch metrics, and what they would have done."""
