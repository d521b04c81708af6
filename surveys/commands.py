"""Commands of surveys: take in a questionnaire from a file, and prove one."""

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _, speaking
from core.terms import Role
from members.models import Account, Organisation
from surveys import designing, proof
from surveys.formats import AUTO, read
from surveys.formats.base import BYTES, ERROR, Note, Reading, unreadable
from surveys.instruments import in_language, spoken

UNUSABLE = 2
FORMATS = (AUTO, "text", "xlsform", "lss", "json")
FILE = click.argument("file")
FORMAT = click.option("--format", "format_", type=click.Choice(FORMATS), default=AUTO, show_default=True)
LANGUAGE = click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the messages.")

surveys = AppGroup("surveys", help="Work with questionnaires in files.")


@surveys.command("import")
@FILE
@FORMAT
@click.option("--check", is_flag=True, help="Only say what would be taken; nothing is stored.")
@click.option("--organisation", help="Number or name of the organisation; needed when there are several.")
@LANGUAGE
def import_file(file: str, format_: str, check: bool, organisation: str | None, language: str | None) -> None:
    """Take in the questionnaire in FILE and print as JSON what it was understood as.

    Ends with 0 when it can be used and with 2 when it cannot; "diagnostics" says why.
    """
    with speaking(language or _own_language()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reading = _reading(file, format_)
        told = account(reading)
        if reading.usable and not check:
            try:
                told["instrument"] = _store(reading, organisation)
            except DomainError as error:
                _deny(told, str(error))
    _print(told)
    raise SystemExit(0 if told["usable"] else UNUSABLE)


@surveys.command("lint")
@FILE
@FORMAT
@LANGUAGE
def lint_file(file: str, format_: str, language: str | None) -> None:
    """Prove the questionnaire in FILE and print the findings as JSON.

    Ends with 0 when it could be published and with 2 when it could not.
    """
    with speaking(language or _own_language()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reading = _reading(file, format_)
        told: dict[str, Any] = {"format": reading.format, "publishable": False, "findings": []}
        if reading.definition is not None:
            told["title"] = _title(reading.definition)
            # What is wrong with the definition is said by the proof, in its own words.
            wrong = {note.message for note in reading.notes if note.line is None and note.cell is None}
            report = proof.prove(reading.definition)
            said = {finding.message for finding in report.findings}
            told |= {
                "publishable": report.publishable and not _refused(reading, wrong & said),
                "shortest": asdict(report.shortest),
                "longest": asdict(report.longest),
                "findings": [asdict(finding) for finding in report.findings],
            }
        told["diagnostics"] = [_diagnosis(note) for note in reading.notes]
    _print(told)
    raise SystemExit(0 if told["publishable"] else UNUSABLE)


def account(reading: Reading) -> dict[str, Any]:
    """Return a reading as the mapping the command prints."""
    found = reading.definition
    return {
        "format": reading.format,
        "usable": reading.usable,
        "title": _title(found) if found else "",
        "items": _items(found) if found else [],
        "diagnostics": [_diagnosis(note) for note in reading.notes],
    }


def _refused(reading: Reading, known: set[str]) -> bool:
    return any(note.level == ERROR and note.message not in known for note in reading.notes)


def _reading(file: str, format_: str) -> Reading:
    """Return what a file says; a file that cannot be read is a reading that says so."""
    path = Path(file)
    try:
        if path.is_dir():
            return unreadable(format_, _("%(file)s is a folder.", file=file))
        if path.stat().st_size > BYTES:
            return unreadable(
                format_,
                _("%(name)s is larger than %(size)s MB; a questionnaire never is.", name=path.name, size=BYTES >> 20),
            )
        return read(path.read_bytes(), path.name, format_)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return unreadable(format_, _("%(file)s cannot be read: %(reason)s.", file=file, reason=reason))
    except DomainError as error:
        return unreadable(format_, str(error))


def _diagnosis(note: Note) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if note.line is not None:
        place["line"] = note.line
    if note.cell is not None:
        place["cell"] = note.cell
    return {**place, "level": note.level, "message": note.message}


def _title(definition: Mapping[str, Any]) -> str:
    return str(in_language(definition.get("title", ""), spoken(definition)))


def _items(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = in_language(dict(definition), spoken(definition))
    found = []
    for section in told.get("sections", ()):
        for item in section.get("items", ()):
            rules = [rule for rule in (section.get("show_if"), item.get("show_if")) if rule]
            entry = {
                "id": item.get("id"),
                "type": item.get("type"),
                "title": item.get("title"),
                "required": bool(item.get("required", False)),
                "options": _options(item),
                "show_if": rules[0] if len(rules) == 1 else {"all": rules} if rules else None,
            }
            found.append(entry | {key: item[key] for key in ("rows", "levels", "help") if item.get(key)})
    return found


def _options(item: Mapping[str, Any]) -> list[Any]:
    """Return what can be chosen: options, points of a scale, branches of a cascade."""
    for key in ("options", "tree"):
        if isinstance(item.get(key), list):
            return list(item[key])
    scale = item.get("scale")
    if isinstance(scale, dict) and isinstance(scale.get("min"), int) and isinstance(scale.get("max"), int):
        points = range(scale["min"], min(scale["max"], scale["min"] + 100) + 1)
        labels = scale.get("labels") or []
        named = len(labels) == len(points)
        return [{"v": v, "t": labels[place] if named else str(v)} for place, v in enumerate(points)]
    if item.get("type") == "yes_no":
        return [{"v": "yes", "t": item.get("yes") or _("Yes")}, {"v": "no", "t": item.get("no") or _("No")}]
    return []


def _store(reading: Reading, organisation: str | None) -> int:
    """Make an instrument of a usable reading and return its number."""
    assert reading.definition is not None
    try:
        within = _organisation(organisation)
    except SQLAlchemyError as error:
        raise BadInput(_("The database is not set up; run “flask --app app upgrade” first.")) from error
    wanted = select(Account).where(Account.organisation_id == within.id, Account.active, Account.role == Role.SECRETARY)
    by = db.session.scalars(wanted.order_by(Account.id)).first()
    made = designing.begin(reading.definition, within=within, by=by)
    db.session.commit()
    return made.id


def _organisation(wanted: str | None) -> Organisation:
    known = db.session.scalars(select(Organisation).order_by(Organisation.id)).all()
    if wanted:
        known = [one for one in known if wanted in (str(one.id), one.name)]
        if not known:
            raise BadInput(_("There is no organisation “%(name)s”.", name=wanted))
    if not known:
        raise BadInput(_("There is no organisation yet; set one up first."))
    if len(known) > 1:
        names = ", ".join(f"{one.id} {one.name}" for one in known[:10])
        raise BadInput(_("There are several organisations; name one with --organisation: %(names)s", names=names))
    return known[0]


def _deny(told: dict[str, Any], message: str) -> None:
    told["usable"] = False
    told["diagnostics"].append({"level": ERROR, "message": message})


def _own_language() -> str:
    """Return the language the environment asks for."""
    wished = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if wished.lower().startswith("zh") else "en"


def _print(told: Mapping[str, Any]) -> None:
    text = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    # A lone half of a character (from a damaged file) can be in no UTF-8 output.
    click.echo(text.encode("utf-8", "replace").decode("utf-8"))


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(surveys)
