"""Writes docs/permissions.md from the decorators of every page: `python tools/permissions.py`."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402

from core.access import GRANTS  # noqa: E402
from core.terms import Role  # noqa: E402

PAGE = ROOT / "docs" / "permissions.md"
ROLES = (Role.SECRETARY, Role.COMMITTEE, Role.MEMBER)
HEAD = """# Who may do what
Made by `tools/permissions.py` from the decorators of every page; a test holds it. An outsider (another organisation's
account) gets 404 for everything that is not his own, whatever his role.

| address | writes | asks for | secretary | committee member | member | anyone |
|---|---|---|---|---|---|---|
"""


def table(app: Flask) -> str:
    """Return the page for the application's addresses."""
    lines = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint == "static":
            continue
        access = getattr(app.view_functions[rule.endpoint], "access", "")
        everyone = access == "public"
        marks = ["✓" if everyone or access in GRANTS[role] else "" for role in ROLES]
        writes = "✓" if "POST" in (rule.methods or ()) else ""
        asked = "" if everyone else f"{access}"
        lines.append(f"| `{rule.rule}` | {writes} | {asked} | {' | '.join(marks)} | {'✓' if everyone else ''} |")
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    from app import create_app
    from core.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder), database="sqlite://", queue="inline"))
        PAGE.write_text(table(app), encoding="utf-8")


if __name__ == "__main__":
    main()
