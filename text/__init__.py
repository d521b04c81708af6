"""Reading Chinese and English text offline: words, phrases, sentences, excerpts, masking, summaries."""
