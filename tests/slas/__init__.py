"""Objectives on real calls, in both settings databases, with a clock that tests move."""
