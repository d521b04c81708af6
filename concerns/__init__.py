"""Concerns: what people raised, grouped by the machine and curated by people."""
