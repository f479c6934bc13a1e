"""How long what is kept, and what is forgotten on request."""
