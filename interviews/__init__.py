"""Interviews: talks planned, held and recorded, promises, coverage."""
