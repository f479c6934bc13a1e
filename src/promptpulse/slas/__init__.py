"""Objectives, error budgets, and how fast they burn."""
