"""Commands of concerns."""

import json
import os
import tempfile
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from concerns.textfile import grouping_json, read_texts
from core.errors import BadInput
from core.i18n import _, speaking

concerns = AppGroup("concerns", help="Work with concerns in files.")


@concerns.command("group")
@click.argument("file")
@click.option("--lang", type=click.Choice(["auto", "zh", "en"]), default="auto", help="Language of the texts.")
@click.option("--out", required=True, help="The JSON file to write; - for standard output.")
def group_file(file: str, lang: str, out: str) -> None:
    """Group the texts of FILE: one text per line, or a TSV/CSV whose first column is the text."""
    try:
        # Whoever types commands reads English; the texts' own language is another matter.
        with speaking("en"):
            texts = read_texts(file)
            _check_writable(out)
    except BadInput as error:
        click.echo(f"concerns group: {error}", err=True)
        raise SystemExit(2) from None
    found = grouping_json(texts, lang)
    content = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if out == "-":
        click.echo(content, nl=False)
        return
    _write(Path(out), content)
    click.echo(f"{len(found['groups'])} groups, {len(found['ungrouped'])} rows ungrouped, {found['seconds']} s: {out}")


def _check_writable(out: str) -> None:
    """Refuse a place that cannot be written to before minutes are spent on grouping."""
    if out == "-":
        return
    path = Path(out)
    if path.is_dir():
        raise BadInput(_("%(file)s is a folder; --out names a file.", file=out))
    if not path.parent.is_dir():
        raise BadInput(_("The folder %(folder)s does not exist.", folder=path.parent))
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise BadInput(_("%(file)s cannot be written.", file=out))


def _write(path: Path, content: str) -> None:
    """Write the whole file or nothing: a result cut short by a full disk must not look like a result."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        os.unlink(name)
        click.echo(f"concerns group: {path} cannot be written: {error.strerror}.", err=True)
        raise SystemExit(2) from None


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(concerns)
