"""The commands `backup`, `restore`, `backup-verify` and `backup-key`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from flask import Flask, current_app

from core.backup import making, restoring, sealing
from core.backup.base import Care, Summary
from core.backup.sealing import Lock, Opener
from core.errors import DomainError

FILE = click.argument("file", type=click.Path(path_type=Path))
PASSPHRASE = click.option(
    "--passphrase-file", type=click.File(encoding="utf-8"), help="A file whose first line is the passphrase; - asks."
)
IDENTITY = click.option(
    "--identity",
    type=click.File(encoding="utf-8"),
    help="A file with private keys, as backup-key or age-keygen print them; - reads one that is typed.",
)


def init_app(app: Flask, care: Care) -> None:
    """Add the commands; whoever makes backups finds in `extensions` what the product asks of them."""
    app.extensions["backup"] = care
    _add_backup(app, care)
    _add_restore(app, care)
    _add_keys(app)


def _add_backup(app: Flask, care: Care) -> None:
    @app.cli.command("backup")
    @FILE
    @click.option("--to", "recipients", multiple=True, help="An age public key, age1…; may be given several times.")
    @PASSPHRASE
    def make(file: Path, recipients: tuple[str, ...], passphrase_file: IO[str] | None) -> None:
        """Write everything into FILE, sealed; the keys of surveys stay on this machine alone."""
        with _told():
            passphrase = _passphrase(passphrase_file)
            given = Lock(recipients, passphrase) if recipients or passphrase else None
            made = making.backup(file, care, given)
            click.echo(f"{file}: {made.bytes / 1024:.0f} kB, {_counts(made)}, without any key of a survey")
            if given is None and not current_app.config["SETTINGS"].backup_to:
                click.echo(
                    f"sealed to the key of this machine, keys/{sealing.KEY_FILE}: keep that key on paper as well, or "
                    "this file is lost with the machine (flask --app app backup-key --of-this-machine)"
                )


def _add_restore(app: Flask, care: Care) -> None:
    @app.cli.command("restore")
    @FILE
    @click.option("--replace", is_flag=True, help="Also where a database is in use; it is backed up before.")
    @IDENTITY
    @PASSPHRASE
    def bring_back(file: Path, replace: bool, identity: IO[str] | None, passphrase_file: IO[str] | None) -> None:
        """Bring back what `backup` wrote into FILE. Stop the server first."""
        with _told():
            for line in restoring.restore(file, care, _opener(identity, passphrase_file), replace=replace):
                click.echo(line)

    @app.cli.command("backup-verify")
    @FILE
    @IDENTITY
    @PASSPHRASE
    def check(file: Path, identity: IO[str] | None, passphrase_file: IO[str] | None) -> None:
        """Read FILE to its end, compare every count and hash, and change nothing."""
        with _told():
            found = restoring.verify(file, _opener(identity, passphrase_file))
        for name, count in found.tables.items():
            click.echo(f"{count:>10}  {name}")
        click.echo(f"{file}: whole. {_counts(found)}, as of {found.day} ({found.engine}, {found.schema})")
        click.echo(f"sha256 {found.sha256}" if found.sha256 else "an old backup, not sealed")


def _add_keys(app: Flask) -> None:
    @app.cli.command("backup-key")
    @click.option("--of-this-machine", "own", is_flag=True, help="Print the key this machine seals to by itself.")
    def key(own: bool) -> None:
        """Print a new key pair once; nothing is stored. The private key opens the backups: keep it on paper."""
        if own:
            click.echo(sealing.own_identity(current_app.config["SETTINGS"].keys))
            return
        identity, recipient = sealing.pair()
        click.echo(f"private key, opens the backups, is stored nowhere; print it or write it down:\n\n  {identity}\n")
        click.echo(f"setting of the server, so that it can write backups but not read them:\n\n  {_setting(recipient)}")


def _setting(recipient: str) -> str:
    return f"XINSHENG_BACKUP_TO={recipient}"


def _counts(found: Summary) -> str:
    return f"{found.rows} rows of {len(found.tables)} tables, {found.files} files"


def _passphrase(file: IO[str] | None) -> str:
    return file.readline().rstrip("\r\n") if file else ""


def _opener(identity: IO[str] | None, passphrase_file: IO[str] | None) -> Opener:
    own = restoring.own_opener()
    lines = [line.strip() for line in identity.readlines()] if identity else []
    given = tuple(line for line in lines if line and not line.startswith("#"))
    return Opener(given or own.identities, _passphrase(passphrase_file))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error
