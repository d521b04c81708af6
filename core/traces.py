"""Where something failed: the way through the code, and never what it held."""

import traceback
from pathlib import Path

from core.settings import ROOT


def where(error: BaseException) -> str:
    """Return the kind of an error and the places it came through; its message may quote an answer and is left out."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
        lines.append(f"{name}:{frame.lineno} {frame.name}")
    return f"{type(error).__name__} at {' > '.join(lines[-8:])}"
