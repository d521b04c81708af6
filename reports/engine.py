"""What prints: the same engine prints the same blocks as the same bytes."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
LAYOUT = (
    *(f"reports/{name}.py" for name in ("archive", "cjk", "fitting", "html", "parts", "pdf")),
    "reports/blocks/*.py",
    "reports/formats/*.py",
    "reports/styles/*.css",
    *(f"templates/reports/{name}.html" for name in ("blocks", "gongwen", "summary")),
    "questions/canvas.py",
    "questions/charts.py",
    "translations/*/LC_MESSAGES/messages.po",
)
LENGTH = 10  # hexadecimal digits of each fingerprint


@cache
def engine() -> str:
    """Return the printer, the fonts and the layout at hand in one line, as an edition keeps it."""
    fonts = _fingerprint(path for path in (HERE / "fonts").rglob("*") if path.is_file())
    layout = _fingerprint(path for each in LAYOUT for path in HERE.parent.glob(each))
    return f"WeasyPrint {version('weasyprint')}, fonts {fonts}, layout {layout}"


def changes(before: str, now: str) -> list[str]:
    """Return which parts of the engine differ: "WeasyPrint", "fonts", "layout"; all of them for an unknown one."""
    then, here = _parts(before), _parts(now)
    return [name for name in here if then.get(name) != here[name]]


def _parts(line: str) -> dict[str, str]:
    pairs = (part.rpartition(" ") for part in line.split(", "))
    return {name: value for name, _space, value in pairs if name}


def _fingerprint(paths: object) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):  # type: ignore[call-overload]
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:LENGTH]
