"""Investigations: why and with what we ask."""
