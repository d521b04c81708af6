"""How the installation is set and cared for: settings that contradict each other, backups that are too old."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from core import clock
from core.audit import AuditEntry
from core.db import db
from core.doctor import Finding, check, trouble, warning
from core.i18n import _, lazy
from core.settings import ROOT, Settings

LATE, MISSED = timedelta(days=2), timedelta(days=8)  # since the last backup
# Read by what starts the program, not by the program.
STARTERS = frozenset({"XINSHENG_WEB_WORKERS", "XINSHENG_JOB_WORKERS", "XINSHENG_TEST_POSTGRES"})
NAMES = re.compile(r"XINSHENG_[A-Z_0-9]+")


def newest(folder: Path) -> datetime | None:
    """Return when the newest backup in a folder was made, None where there is none."""
    dates = [path.stat().st_mtime for path in folder.glob("*.age")] if folder.is_dir() else []
    return datetime.fromtimestamp(max(dates), UTC) if dates else None


@check("backup", lazy("Backups"), needs="database")
def backup(settings: Settings) -> list[Finding]:
    """Find that the last backup is too old, once there is something to lose; where none are wanted, none is missed."""
    if settings.backups is None:
        return []
    made = newest(settings.backups)
    since = made or db.session.scalar(select(func.min(AuditEntry.at)))
    db.session.rollback()
    if since is None or clock.now() - since < LATE:
        return []
    days = (clock.now() - since).days
    if made is None:
        what = _("No backup has been made yet, after %(days)s days of work.", days=days)
    else:
        what = _("The newest backup is %(days)s days old.", days=days)
    return [
        (trouble if clock.now() - since >= MISSED else warning)(
            "backup",
            what=what,
            why=_("If this machine fails, what was entered since is lost."),
            do=_("Look whether a worker is running, which makes them at night; make one now on the page of backups."),
        )
    ]


def known_names() -> frozenset[str]:
    """Return the settings there are, as the module of settings and those who start the program read them."""
    text = (ROOT / "core" / "settings.py").read_text(encoding="utf-8")
    starters = [ROOT / "run", ROOT / "test", *(ROOT / "deploy").glob("*"), *(ROOT / "tools").glob("*.sh")]
    for path in starters:
        if path.is_file():
            text += path.read_text(encoding="utf-8", errors="replace")
    return frozenset(NAMES.findall(text)) | STARTERS


@check("settings", lazy("Settings"))
def settings_fit(settings: Settings) -> list[Finding]:
    """Find settings nobody reads, and settings that do not go together."""
    return [*_unknown(os.environ), *_contradictions(settings)]


def _unknown(environment: Mapping[str, str]) -> list[Finding]:
    unknown = sorted(name for name in environment if name.startswith("XINSHENG_") and name not in known_names())
    if not unknown:
        return []
    return [
        warning(
            "settings",
            what=_("There is no setting %(names)s.", names=", ".join(unknown)),
            why=_("It is probably misspelt, so what was meant by it does not happen."),
            do=_("Compare with the table of settings in the README, correct the name, then restart Xinsheng."),
        )
    ]


def _contradictions(settings: Settings) -> list[Finding]:
    found = []
    if settings.mail and not settings.mail_from:
        found.append(
            warning(
                "settings",
                what=_("XINSHENG_MAIL is set, XINSHENG_MAIL_FROM is not."),
                why=_("Mail servers refuse mail without a sender, so no reminder arrives."),
                do=_("Set XINSHENG_MAIL_FROM to an address of your organisation, then restart Xinsheng."),
            )
        )
    if settings.storage and settings.database.startswith("sqlite"):
        found.append(
            warning(
                "settings",
                what=_("Files are kept elsewhere (XINSHENG_STORAGE), the database on this machine (SQLite)."),
                why=_("Several machines can share the files but not the database: each would have its own answers."),
                do=_("For several machines use PostgreSQL (DATABASE_URL); for one, remove XINSHENG_STORAGE."),
            )
        )
    if settings.queue.startswith(("postgresql://", "redis://")) and settings.database.startswith("sqlite"):
        found.append(
            warning(
                "settings",
                what=_("Jobs wait on a server (XINSHENG_QUEUE), the database is a file on this machine (SQLite)."),
                why=_("A worker on another machine would not find the work it is sent."),
                do=_("Use PostgreSQL (DATABASE_URL) as well, or remove XINSHENG_QUEUE."),
            )
        )
    return found
