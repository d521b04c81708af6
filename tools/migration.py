"""Drafts the next migration from the models: `python tools/migration.py 0002 "what it adds"`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import flask_migrate  # noqa: E402

from app import create_app  # noqa: E402
from core import schema  # noqa: E402


def main(number: str, name: str) -> None:
    """Write migrations/versions/<number>_<name>.py; read it before you trust it."""
    if not number or not name:
        raise SystemExit(__doc__)
    with create_app().app_context():
        schema.upgrade()
        schema.prepare()
        flask_migrate.migrate(directory=str(schema.FOLDER), message=name, rev_id=number)


if __name__ == "__main__":
    main(*[*sys.argv[1:3], "", ""][:2])
