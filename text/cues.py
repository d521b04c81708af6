"""The signs by which passages are told apart (praise, complaint, promise, narration, nothing): expressions in files."""

import re
from functools import cache
from pathlib import Path


@cache
def cue(name: str) -> re.Pattern[str]:
    """The signs of `cues/<name>.txt`, one expression a line, any of which will do."""
    path = Path(__file__).parent / "cues" / f"{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return re.compile("|".join(f"(?:{line})" for line in lines if line and not line.startswith("#")), re.IGNORECASE)
