"""Policies on real databases and a real event store, with a receiver on this machine and a clock that tests move."""
