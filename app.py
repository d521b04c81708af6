"""The application: the only module that knows every package."""

import click
from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

import activities.views
import backups.jobs
import backups.views
import concerns.commands
import concerns.jobs
import concerns.views
import desk.commands
import desk.views
import exchange.commands
import exchange.views
import interviews.views
import investigations.views
import members.commands
import members.sessions
import members.views
import reports.commands
import reports.jobs
import reports.views
import surveys.ballot_commands
import surveys.commands
import surveys.jobs
import surveys.simulate_command
import surveys.views
import vault.session
import vault.views
from core import (
    access,
    address,
    backup,
    errors,
    headers,
    health,
    i18n,
    icons,
    jobs,
    logs,
    numbers,
    paging,
    schema,
    seal,
    static_files,
    storage,
    templates,
    uploads,
    workers,
)
from core import db as database
from core.access import public
from core.settings import Settings, WrongSetting, read
from surveys import closing, turns

PAGES = (desk, members, vault, investigations, surveys, interviews, activities, concerns, reports, exchange, backups)
JOBS = (backups.jobs, concerns.jobs, reports.jobs, surveys.jobs)
# Snapshots are made anew, and keys are in no backup.
KEPT = backup.Care(
    folders=("reports",),
    after=closing.after_restore,
    passing=("account_invitation", "account_session", "passkey_challenge", "failed_entry", "worker"),
    keys=("second_factor_key",),
)


def create_app(settings: Settings | None = None, **config: object) -> Flask:
    """Build the application; without `settings` they are read from the environment."""
    if settings is None:
        try:
            settings = read()
        except WrongSetting as wrong:
            raise SystemExit(f"xinsheng: {wrong}") from None
    app = Flask(__name__, instance_path=str(settings.data))
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=seal.key_file(settings.keys, "secret_key").hex(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        # Values bound to statements may be answers or notes: they never reach a log or an error page.
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,
            "pool_pre_ping": not settings.database.startswith("sqlite"),
        },
        # The respondent's pages live outside this path, so the browser never sends them a session.
        # The prefix keeps a page served over plain http from planting a session.
        SESSION_COOKIE_NAME="__Secure-xinsheng" if settings.https else "xinsheng",
        SESSION_COOKIE_PATH="/app",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        MAX_CONTENT_LENGTH=settings.upload_limit,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.config.update(config)
    if settings.address:
        app.wsgi_app = address.Known(app.wsgi_app, settings.address)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logs.init_app(app)
    for part in (numbers, i18n, icons, access, headers, uploads, static_files, paging, templates):
        part.init_app(app)
    storage.init_app(app)
    health.init_app(app)
    jobs.init_app(app)
    database.init_app(app)
    csrf = CSRFProtect(app)
    members.sessions.init_app(app)
    vault.session.init_app(app)
    errors.init_app(app)
    for package in PAGES:
        app.register_blueprint(package.views.bp)
    closing.init_app(app)
    turns.init_app(app)
    # Answers are let in by their code, not by a cookie, so there is nothing a forged request could borrow.
    for view in surveys.views.WITHOUT_SESSION:
        csrf.exempt(f"surveys.views.{view}")
    app.jinja_env.globals["navigation"] = desk.views.navigation
    app.add_url_rule("/", "root", public(_root))
    _add_commands(app)
    return app


def _root() -> ResponseReturnValue:
    return redirect(url_for("desk.overview"))


def _add_commands(app: Flask) -> None:
    concerns.commands.init_app(app)
    members.commands.init_app(app)
    surveys.commands.init_app(app)
    surveys.ballot_commands.init_app(app)
    surveys.simulate_command.init_app(app, create_app)
    reports.commands.init_app(app)
    backup.init_app(app, KEPT)
    exchange.commands.init_app(app, create_app)
    desk.commands.init_app(app)

    @app.cli.command("upgrade")
    def upgrade() -> None:
        """Bring the database to this version (fast when nothing is to be done)."""
        click.echo(f"database: {schema.upgrade()}")
        templates.compile_all(app)
        closing.finish_interrupted()

    @app.cli.command("work")
    def work() -> None:
        """Carry out background jobs until told to stop."""
        closing.finish_interrupted()
        signing = workers.start_signing(app)
        jobs.work()
        signing.set()
        workers.leave()
