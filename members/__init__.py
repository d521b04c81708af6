"""Organisations, the people in them, and who may sign in."""
