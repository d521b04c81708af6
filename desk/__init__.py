"""The desk: the overview of everything, and waiting for background work."""
