"""Commands for people who live in files: `demo` and `investigate`."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from core import clock, schema
from core.db import Model, db
from core.errors import DomainError
from core.i18n import _, speaking
from core.settings import Settings
from core.terms import OrganisationKind, ReportStyle
from exchange import chain, demo, figures
from investigations import plans
from members.organisations import OrganisationDetails, SecretaryDetails

Build = Callable[[Settings], Flask]
FILE = click.Path(path_type=Path, dir_okay=False)
STYLES = {"zh": ReportStyle.GONGWEN, "en": ReportStyle.SUMMARY}


def init_app(app: Flask, build: Build) -> None:
    """Add the commands; `build` makes the application a throw-away database lives in."""

    @app.cli.command("demo")
    @click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
    def load_demo(lang: str) -> None:
        """Load the sample investigation into this (empty) database and print the sign-ins."""
        click.echo(f"database: {schema.upgrade()}")
        try:
            for line in demo.load(language=lang, tell=click.echo):
                click.echo(line)
        except DomainError as error:
            fail(error)

    @app.cli.command("investigate")
    @click.option("--roster", type=FILE, required=True, help="Members: .xlsx or .csv")
    @click.option("--survey", type=FILE, required=True, help="Questions: .yaml or .json")
    @click.option("--responses", type=FILE, required=True, help="Answers: .xlsx, .csv or .jsonl")
    @click.option("--talks", type=FILE, required=True, help="Talk notes: .xlsx, .csv or .jsonl")
    @click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
    @click.option("--style", type=click.Choice([style.value for style in ReportStyle]), help="Layout of the report")
    @click.option("--out", type=FILE, required=True, help="The report: .pdf")
    def investigate(
        roster: Path, survey: Path, responses: Path, talks: Path, lang: str, style: str | None, out: Path
    ) -> None:
        """Do the whole chain in a throw-away database and write the report."""
        begun = time.perf_counter()
        files = chain.Files(roster=roster, survey=survey, responses=responses, talks=talks)
        with tempfile.TemporaryDirectory(prefix="xinsheng-") as folder:
            settings = Settings(data=Path(folder), database=f"sqlite:///{folder}/chain.db", queue="inline")
            with build(settings).app_context(), speaking(lang):
                Model.metadata.create_all(db.engine)
                try:
                    layout = ReportStyle(style) if style else STYLES[lang]
                    content = whole_chain(files, language=lang, style=layout)
                    out.write_bytes(content)
                except DomainError as error:
                    fail(error)
                except OSError as error:
                    fail(f"{out}: {error.strerror}")
                finally:
                    db.session.remove()
                    db.engine.dispose()
        click.echo(f"{out}: {len(content) / 1024:.0f} kB, {time.perf_counter() - begun:.1f} s")


def whole_chain(files: chain.Files, *, language: str, style: ReportStyle) -> bytes:
    """Run the chain in the present (empty) database, print its figures and return the report."""
    kind = OrganisationKind.PARTY_BRANCH if language == "zh" else OrganisationKind.UNION
    account = chain.open_house(
        OrganisationDetails(name=_("Our organisation"), kind=kind, language=language),
        SecretaryDetails(name=_("Secretary"), username="secretary", password=chain.throw_away_password()),
    )
    title, purpose = _("What members think"), _("To learn what members care about, so that it can be acted on.")
    today = clock.today()
    plan = plans.Plan(title=title, purpose=purpose, starts_on=today, ends_on=today)
    investigation = chain.run(files, plan, by=account, tell=lambda line: click.echo(line, err=True))
    investigation.starts_on, investigation.ends_on = chain.dates_of_talks(investigation)
    db.session.commit()
    chain.group(investigation, by=account)
    found, content = chain.report(investigation, by=account, language=language, style=style)
    for line in figures.lines(found):
        click.echo(line)
    return content


def fail(error: object) -> None:
    """Say in one line what is wrong and end with exit code 2."""
    click.echo(" ".join(str(error).split()), err=True)
    raise SystemExit(2)
