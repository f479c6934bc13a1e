"""Channels, the outbox of messages to them, and the notifications of people."""
