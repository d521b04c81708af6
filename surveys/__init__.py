"""Surveys: instruments, their fielding, sealed answers and counts."""
