"""The command of the stand-alone auditor: judge a board from a file, whoever's server it came from."""

import json
import os
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from anonymity.audit import Verdict
from core.i18n import _, speaking
from surveys import auditing, scrutineers
from surveys.auditing import Reading

WRONG, UNREADABLE = 1, 2

ballots = AppGroup("ballots", help="Check ballots nobody can link.")


@ballots.command("audit")
@click.argument("db_or_zip", type=click.Path(path_type=Path))
@click.option("--survey", "sid", default="", metavar="SID", help="Judge only this survey of a database.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the words.")
def audit(db_or_zip: Path, sid: str, language: str | None) -> None:
    """Judge every closed survey's board in DB_OR_ZIP: a database, a downloaded zip, or a board.json.

    Every signature, leaf, root and count is verified again from the file alone; no key, no network and no running
    server is needed. Prints JSON, and the same in plain words on the error stream. Ends with 0 when every finding
    holds, with 1 when one does not, and with 2 when the file cannot be read.
    """
    with speaking(language or _own_language()):
        try:
            judged = [(reading, auditing.judge(reading)) for reading in auditing.read(db_or_zip, sid)]
        except auditing.Unreadable as error:
            click.echo(str(error), err=True)
            raise SystemExit(UNREADABLE) from error
        boards = [auditing.account(*each) for each in judged]
        told = {"file": str(db_or_zip), "ok": all(board["ok"] for board in boards), "boards": boards}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        for reading, verdict in judged:
            _say(reading, verdict)
    raise SystemExit(0 if told["ok"] else WRONG)


@ballots.command("key")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new file for the private key.")
def key(out: Path) -> None:
    """Make a scrutineer's key: the private one into a new file, the public one and its check number to the screen."""
    with speaking(_own_language()):
        try:
            public = scrutineers.make(out)
        except OSError as error:
            click.echo(_("The key was not written: %(reason)s", reason=error.strerror), err=True)
            raise SystemExit(UNREADABLE) from error
        click.echo(public)
        click.echo(_("Check number: %(number)s", number=scrutineers.check_number(scrutineers.read(public))), err=True)
        click.echo(
            _("A lost key is a lost survey: nobody can recover the answers, neither we nor whoever runs the server."),
            err=True,
        )


def _say(reading: Reading, verdict: Verdict) -> None:
    fingerprint = auditing.fingerprint(reading.board) or "–"
    said = [_("Survey %(sid)s, fingerprint %(fingerprint)s", sid=reading.sid, fingerprint=fingerprint)]
    for finding in verdict.findings:
        line = auditing.line(finding)
        said.append(f"  {'✓' if line.ok else '✗'} {line.asked} {line.figures}")
        if line.meaning:
            said.append(f"    {line.meaning}")
    said.append(_("Every check holds.") if verdict.ok else _("This board cannot be trusted: see the marked lines."))
    click.echo("\n".join(said), err=True)


def _own_language() -> str:
    """Return the language the environment asks for."""
    wished = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if wished.lower().startswith("zh") else "en"


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(ballots)
