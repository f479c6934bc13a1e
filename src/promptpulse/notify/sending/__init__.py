"""How each kind of channel words a message and sends it."""
