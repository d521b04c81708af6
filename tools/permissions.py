"""Writes docs/permissions.md from the decorators of every page: `python tools/permissions.py`."""

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402

from core.access import GRANTS  # noqa: E402
from core.terms import Role  # noqa: E402

PAGE = ROOT / "docs" / "permissions.md"
ROLES = (Role.SECRETARY, Role.COMMITTEE, Role.MEMBER)
OPEN, REFUSED, UNKNOWN, OWN, SIGN_IN = "✓", "403", "404", "own", "sign in"
METHODS = ("GET", "POST")
# A number, or the random name of a file somebody is taking in: it belongs to one organisation. What lies under the
# asker's own account is looked for there alone.
OF_ONE = re.compile(r"^(?!/app/account/).*(?:<int:|<(?:string:)?(?:draft_id|import_id)>)")
HEAD = """# Who may do what
Made by `tools/permissions.py` from the decorators of every page. `tests/house/test_every_page.py` and
`tests/attacks/test_permissions.py` ask every address as each of these and compare the answers with this table.

- ✓: let in; the page may still have a rule of its own (one's own talks, a fresh password).
- `403`: refused, the role lacks the right. `404`: not found, because it belongs to another organisation.
- `own`: it answers with what is the asker's own organisation's, never with ours. `sign in`: led to the door.
- **another's secretary**: the secretary of another organisation. **the one above**: the secretary of the organisation
  ours hangs under; it may know that ours exists and nothing more.
- Every POST asks for the form's token, but for those of `/s/`, `/k/` and `/b/`: they are let in by a code and are sent
  no cookie a forged request could borrow.

| address | method | asks for | secretary | committee member | member | another's secretary | the one above | anyone |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What each asker gets from one address by one method; `answers` stand in the order of the table's columns."""

    endpoint: str
    address: str
    method: str
    asks: str
    answers: tuple[str, str, str, str, str, str]


def lines(app: Flask) -> Iterator[Line]:
    """Yield a line for every address and method of the application, sorted by address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        access = getattr(app.view_functions[rule.endpoint], "access", "")
        if rule.endpoint == "static":
            continue
        for method in METHODS:
            if method not in (rule.methods or ()):
                continue
            if access == "public":
                yield Line(rule.endpoint, rule.rule, method, "", (OPEN,) * 6)
                continue
            ours = tuple(OPEN if access in GRANTS[role] else REFUSED for role in ROLES)
            stranger = UNKNOWN if OF_ONE.search(rule.rule) else OWN
            yield Line(rule.endpoint, rule.rule, method, f"{access}", (*ours, stranger, stranger, SIGN_IN))


def table(app: Flask) -> str:
    """Return the page for the application's addresses."""
    told = [f"| `{one.address}` | {one.method} | {one.asks} | {' | '.join(one.answers)} |" for one in lines(app)]
    return HEAD + "\n".join(told) + "\n"


def main() -> None:
    """Write the page."""
    from app import create_app
    from core.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder), database="sqlite://", queue="inline"))
        PAGE.write_text(table(app), encoding="utf-8")


if __name__ == "__main__":
    main()
