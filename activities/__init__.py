"""Meetings and visits held for an investigation, and their minutes."""
