"""The command that lets an outside attack be run: a whole survey, simulated, as an attacker would find it."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from core.errors import DomainError
from core.i18n import speaking
from core.settings import Settings
from surveys import footprints
from surveys.ballot_commands import ballots

Build = Callable[[Settings], Flask]
UNUSABLE = 2


def init_app(app: Flask, build: Build) -> None:
    """Add the command; `build` makes the application a throw-away database lives in."""

    @ballots.command("simulate")
    @click.option("--members", type=click.IntRange(8, 5000), required=True, help="How many answer.")
    @click.option("--seed", type=int, default=0, show_default=True, help="Draws the crowd; keys are random anyway.")
    @click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="An empty folder.")
    def simulate(members: int, seed: int, out: Path) -> None:
        """Simulate a survey in a throw-away database and write what it leaves at rest to a folder.

        OUT gets app.db, base.db with app.wal and closing.wal, backups in snap/, access.log, app.log and hints.json;
        OUT/truth gets truth.json, which no attacker has. hints_*.json and truth_*.json name further pairs to be found:
        answers, texts, leaves and rows of the sealed pool.
        """
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="xinsheng-") as folder, speaking("en"):
            settings = Settings(data=Path(folder), database=f"sqlite:///{folder}/simulated.db", queue="inline")
            try:
                ours = footprints.take(build(settings), out, members=members, seed=seed)
            except DomainError as error:
                click.echo(" ".join(str(error).split()), err=True)
                raise SystemExit(UNUSABLE) from None
        told = {
            "out": str(out),
            "invited": len(ours.people),
            "ballots": len(ours.prefixes),
            "requests": sum(1 for _line in (out / "access.log").open(encoding="utf-8")),
            "backups": len(list((out / "snap").glob("*.db"))),
            "seconds": round(time.perf_counter() - begun, 1),
        }
        click.echo(json.dumps(told))
