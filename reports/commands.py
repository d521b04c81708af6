"""Commands of reports."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.i18n import LANGUAGES, _, speaking
from core.terms import FileFormat, PdfVariant, ReportStyle
from investigations.models import Investigation
from members.models import Organisation
from reports import drafts, editions, formats, pdf

STYLES = {"gbt9704": ReportStyle.GONGWEN, "summary": ReportStyle.SUMMARY}
VARIANTS = {variant.value.removeprefix("pdf/"): variant for variant in PdfVariant}
FORMATS = [each.value for each in FileFormat]

reports = AppGroup("reports", help="Work with reports in files.")


@reports.command("render")
@click.argument("investigation")
@click.option("--style", type=click.Choice(list(STYLES)), help="Layout; by default the one of the language.")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Kind of file; by default what FILE ends with.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", required=True, help="The file to write.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language; by default the organisation's.")
@click.option("--variant", type=click.Choice(list(VARIANTS)), help="What a PDF promises; by default as last chosen.")
@click.option("--organisation", "house", help="Whose investigation it is, where several have one so called.")
def render(
    investigation: str,
    style: str | None,
    kind: str | None,
    out: Path,
    lang: str | None,
    variant: str | None,
    house: str | None,
) -> None:
    """Write the report on INVESTIGATION (its number or its title) as it stands now; nothing is issued."""
    try:
        # Whoever types commands reads English; the report's own language is another matter.
        with speaking("en"):
            format = _format(kind, out)
            _check_writable(out)
            row, organisation = _found(investigation, house)
        language = lang or organisation.language
        layout = STYLES[style] if style else ReportStyle.SUMMARY if language == "en" else ReportStyle.GONGWEN
        chosen = VARIANTS[variant] if variant else drafts.read(row, style=layout, language=language).head.variant
        document = editions.composed(row, style=layout, language=language, within=organisation)
        content = formats.write(document, style=layout.value, format=format, variant=chosen)
    except DomainError as error:
        _fail(str(error))
    except DBAPIError:
        _fail("The database cannot be read. Bring it to this version first: flask --app app upgrade.")
    _write(out, content)
    pages = f"{pdf.count_pages(content)} pages, " if format is FileFormat.PDF else ""
    click.echo(f"{out}: {pages}{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def _format(kind: str | None, out: Path) -> FileFormat:
    """Return the kind of file asked for, or what the file's name ends with."""
    wanted = kind or next((each.key for each in formats.formats.values() if out.suffix == f".{each.extension}"), "")
    if wanted not in formats.formats:
        raise BadInput(_("Which kind of file? --format takes one of %(kinds)s.", kinds=", ".join(formats.formats)))
    return FileFormat(wanted)


def _found(called: str, house: str | None) -> tuple[Investigation, Organisation]:
    """Return the investigation with that number or title; raise `NotFound`, or `BadInput` where there are several."""
    query = select(Investigation, Organisation).join(Organisation, Organisation.id == Investigation.organisation_id)
    if house:
        query = query.where((Organisation.name == house) | (Organisation.id == _number(house)))
    rows = db.session.execute(query.order_by(Investigation.id)).all()
    found = [row for row in rows if row[0].id == _number(called)] or [row for row in rows if row[0].title == called]
    if not found:
        raise NotFound(_("There is no investigation with the number or title “%(called)s”.", called=called))
    if len(found) > 1:
        told = ", ".join(f"{row.id} ({organisation.name})" for row, organisation in found)
        raise BadInput(_("Several investigations are so called. Name one by its number: %(told)s.", told=told))
    return found[0][0], found[0][1]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _check_writable(out: Path) -> None:
    """Refuse a place that cannot be written to before a minute is spent on printing."""
    if out.is_dir():
        raise BadInput(_("%(file)s is a folder; --out names a file.", file=out))
    if not out.parent.is_dir():
        raise BadInput(_("The folder %(folder)s does not exist.", folder=out.parent))
    if not os.access(out if out.exists() else out.parent, os.W_OK):
        raise BadInput(_("%(file)s cannot be written.", file=out))


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or nothing: half a report must not look like one."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        _fail(f"{path} cannot be written: {error.strerror}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        os.unlink(name)
        _fail(f"{path} cannot be written: {error.strerror}.")


def _fail(message: str) -> NoReturn:
    click.echo(f"reports render: {message}", err=True)
    raise SystemExit(2)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(reports)
