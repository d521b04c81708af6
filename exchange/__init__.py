"""Exchange: the sample, and the whole chain from files."""
