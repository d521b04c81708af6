"""What whoever runs the machine asks for at the command line: the doctor, and a walk along the operations record."""

import json
import sys

import click
from flask import Flask, current_app
from sqlalchemy import select

from core import chain, doctor
from core.audit import AuditHead
from core.db import db
from core.i18n import _, speaking
from desk import checks
from members.models import Organisation

LANGUAGE = click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="The language of the answer.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(examine)
    app.cli.add_command(audit)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@LANGUAGE
def examine(as_json: bool, language: str) -> None:
    """Look the installation over; exit code 1 when something needs help now."""
    with speaking(language):
        result = doctor.examine(current_app.config["SETTINGS"])
        if as_json:
            click.echo(_as_json(result))
        else:
            _tell(result)
    sys.exit(0 if result.ok else 1)


def _as_json(result: doctor.Result) -> str:
    findings = [
        {"check": each.key, "weight": each.weight.value, "what": each.what, "why": each.why, "do": each.do}
        for each in result.findings
    ]
    told = {"ok": result.ok, "checks": sorted(checks.all_checks()), "findings": findings}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _tell(result: doctor.Result) -> None:
    for each in result.findings:
        click.secho(f"[{each.weight.label}] {each.what}", bold=True)
        click.echo(f"    {each.why}\n  → {each.do}\n")
    click.echo(_("In order: %(titles)s", titles=_(", ").join(result.sound)))
    if not result.findings:
        click.echo(_("Nothing is wrong."))


@click.group("audit")
def audit() -> None:
    """The operations record."""


@audit.command("verify")
@click.option("--organisation", "only", type=int, help="The number of one organisation; all without it.")
@click.option("--lines", type=int, help="With --organisation and --seal: the number of lines once printed.")
@click.option("--seal", help="The seal once printed; its first twelve signs are enough.")
@LANGUAGE
def verify(only: int | None, lines: int | None, seal: str | None, language: str) -> None:
    """Walk the record of every organisation; exit code 1 when a line was changed, removed, added or moved."""
    if (lines is None) != (seal is None) or (seal is not None and only is None):
        raise click.UsageError("--lines and --seal belong together, and with --organisation.")
    known = select(Organisation.id).union(select(AuditHead.organisation_id)).order_by("id")
    wanted = [only] if only is not None else list(db.session.scalars(known))
    sound = True
    with speaking(language):
        for organisation_id in wanted:
            verdict = chain.check(organisation_id)
            sound = sound and verdict.sound
            _tell_verdict(organisation_id, verdict)
        if only is not None and lines is not None and seal is not None:
            held = chain.contains(only, lines, seal)
            sound = sound and held
            click.echo(
                _("The printed line is there, unchanged.")
                if held
                else _("The printed line is not there: the record was changed or cut since it was printed.")
            )
    db.session.rollback()
    sys.exit(0 if sound else 1)


def _tell_verdict(organisation_id: int, verdict: chain.Verdict) -> None:
    state = _("sound") if verdict.sound else _("NOT SOUND")
    click.echo(
        _(
            "Organisation %(number)s: %(lines)s lines, seal %(seal)s: %(state)s",
            number=organisation_id,
            lines=verdict.lines,
            seal=verdict.digest,
            state=state,
        )
    )
    for fault in verdict.faults:
        click.echo(f"  {fault.seq}: {fault.kind.label}")
    if verdict.count > len(verdict.faults):
        click.echo(_("  and %(count)s more", count=verdict.count - len(verdict.faults)))
