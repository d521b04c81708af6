"""REFI-QDA 1.0 (qdasoftware.org), the files programs for qualitative research exchange: written and read."""
