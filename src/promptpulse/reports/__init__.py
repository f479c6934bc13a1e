"""Digests by mail, on a schedule and on demand."""
