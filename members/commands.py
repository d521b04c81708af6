"""Rescue at the machine itself: for whoever has lost what they sign in with, and nobody else can help."""

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from core.db import db
from members import rescue
from members.models import Account

account = AppGroup("account", help="Accounts that nobody can get into any more.")


@account.command("reset")
@click.argument("username")
@click.option("--keep-password", is_flag=True, help="Take only the second factor and end the sessions.")
def reset(username: str, keep_password: bool) -> None:
    """Let USERNAME in again: no second factor, no waiting, a temporary password that is printed once."""
    found = db.session.scalar(select(Account).where(Account.username == username.strip()))
    if found is None:
        raise click.ClickException(f"there is no account called {username}")
    password = rescue.let_in(found, keep_password=keep_password)
    db.session.commit()
    click.echo(f"{found.username}: signs in with the password alone; every session has ended.")
    if password:
        click.echo(f"temporary password, to be changed at the first sign-in: {password}")
        click.echo("Sealed notes stay locked until the earlier password or the printed recovery key opens them.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(account)
