"""What the database and the job workers must be like."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core import clock, schema, storage, workers
from core.audit import AuditEntry, AuditHead
from core.db import Model, db
from core.doctor import Finding, check, trouble, warning
from core.doctor.machine import SLACK, late
from core.errors import DomainError
from core.i18n import _, lazy
from core.settings import Settings
from core.terms import ChainFault, JobState

# File systems on which SQLite's locks cannot be trusted: two processes may write at once.
REMOTE = frozenset(
    "nfs nfs4 cifs smb smb2 smb3 smbfs 9p afs ceph glusterfs lustre fuse.sshfs fuse.glusterfs fuse.s3fs fuse.rclone "
    "davfs fuse.davfs2 ncpfs vboxsf prl_fs".split()
)
MOUNTS = Path("/proc/self/mounts")
PROGRAMS = ("psql",)  # backups of today are written and read without any
WAITING = timedelta(minutes=10)  # that a job may wait before somebody should look


@check("database", lazy("Database"))
def database(settings: Settings) -> list[Finding]:
    """Find a database that does not answer, takes no writes, or stands at another version."""
    try:
        at, newest = schema.current(), schema.head()
    except SQLAlchemyError as error:
        return [_silent(settings, error)]
    if at != newest:
        return [_other_version(at, newest)]
    try:
        _write_and_undo()
    except SQLAlchemyError as error:
        return [_refuses(settings, error)]
    return []


def _write_and_undo() -> None:
    """Make a table and undo it: what reads well may still not be written."""
    connection = db.engine.connect()
    try:
        connection.exec_driver_sql("CREATE TABLE doctor_was_here (mark INTEGER)")
    finally:
        connection.rollback()
        connection.close()


def _silent(settings: Settings, error: SQLAlchemyError) -> Finding:
    if settings.database.startswith("sqlite"):
        do = _("Look whether the file is there and whole; bring back the last backup where it is not.")
    else:
        do = _("Start PostgreSQL, and look whether DATABASE_URL names the right machine, name and password.")
    return trouble(
        "database",
        what=_("The database does not answer (%(reason)s).", reason=_kind(error)),
        why=_("No page can be shown and nothing saved. What was saved is not lost by this."),
        do=do,
    )


def _other_version(at: str | None, newest: str) -> Finding:
    if at is not None and at > newest:
        return trouble(
            "database",
            what=_("The database is at version %(at)s, this program only at %(newest)s.", at=at, newest=newest),
            why=_("An older program was started on the data of a newer one; it could damage them."),
            do=_("Stop Xinsheng and start the newer version again, or bring back a backup made with this one."),
        )
    return trouble(
        "database",
        what=_("The database is at version %(at)s, this program needs %(newest)s.", at=at or "-", newest=newest),
        why=_("Pages that need what is new fail."),
        do=_("Make a backup, then run: flask --app app upgrade"),
    )


def _refuses(settings: Settings, error: SQLAlchemyError) -> Finding:
    if settings.database.startswith("sqlite"):
        do = _(
            "Give the database file and its folder to the account Xinsheng runs under, and see that the disk is "
            "not mounted read-only."
        )
    else:
        do = _("See that this is the primary server and not a standby, and that the user of DATABASE_URL may write.")
    return trouble(
        "database",
        what=_("The database takes no writes (%(reason)s).", reason=_kind(error)),
        why=_("Pages can be read, but nothing can be saved; respondents are told to come back later."),
        do=do,
    )


def _kind(error: SQLAlchemyError) -> str:
    """Name an error by what the database calls it; its text may name hosts and accounts."""
    origin = error.orig if isinstance(error, DBAPIError) else None
    return getattr(origin, "sqlite_errorname", "") or type(origin or error).__name__


@check("place", lazy("Where the database lies"))
def place(settings: Settings) -> list[Finding]:
    """Find an SQLite file on a disk of another machine."""
    if not settings.database.startswith("sqlite:///"):
        return []
    file = Path(settings.database.removeprefix("sqlite:///"))
    kind = file_system(file)
    if kind not in REMOTE:
        return []
    return [
        trouble(
            "place",
            what=_("The SQLite database lies on a network disk (%(kind)s).", kind=kind),
            why=_("Its locks do not hold there: two processes may write at once and destroy it."),
            do=_("Move the data folder to a disk of this machine (XINSHENG_DATA), or use PostgreSQL (DATABASE_URL)."),
        )
    ]


def file_system(file: Path, mounts: Path | None = None) -> str:
    """Return the kind of file system `file` lies on, "" where it cannot be told."""
    try:
        lines = (mounts or MOUNTS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    best, kind = Path("/"), ""
    for _device, point, found, *_rest in (line.split(" ") for line in lines):
        mounted = Path(point.replace("\\040", " "))
        if (file == mounted or mounted in file.parents) and len(mounted.parts) >= len(best.parts):
            best, kind = mounted, found
    return kind


@check("files", lazy("Place of the files"))
def files(settings: Settings) -> list[Finding]:
    """Find a place for files that cannot be reached."""
    try:
        storage.check()
    except DomainError:
        return [
            trouble(
                "files",
                what=_("The place where files are kept cannot be reached."),
                why=_("Printed reports cannot be made or handed out; answers and talks are not touched by this."),
                do=_("Check XINSHENG_STORAGE and its keys, or the permissions of the data folder."),
            )
        ]
    return []


def _jobs() -> Any:
    """Return the columns of the table of jobs, whose module stands above this one."""
    return Model.metadata.tables["job"].c


@check("history", lazy("Time of the newest entries"), needs="database")
def history(settings: Settings) -> list[Finding]:
    """Find entries from the future: the clock was ahead once, or is behind now."""
    newest = [
        db.session.scalar(select(func.max(column)))
        for column in (AuditEntry.at, _jobs().created_at, workers.Worker.seen_at)
    ]
    db.session.rollback()
    latest: datetime | None = max((moment for moment in newest if moment), default=None)
    return [late(latest)] if latest is not None and latest > clock.now() + SLACK else []


@check("trail", lazy("Operations record"), needs="database")
def trail(settings: Settings) -> list[Finding]:
    """Find a trail whose last line is not the one its head names; walking it all is left to `audit verify`."""
    last = AuditEntry.__table__.alias()
    query = (
        select(AuditHead.organisation_id)
        .outerjoin(last, (last.c.organisation_id == AuditHead.organisation_id) & (last.c.seq == AuditHead.seq))
        .where(AuditHead.seq > 0, (last.c.digest.is_(None)) | (last.c.digest != AuditHead.digest))
        .order_by(AuditHead.organisation_id)
    )
    broken = db.session.scalars(query).all()
    db.session.rollback()
    if not broken:
        return []
    return [
        trouble(
            "trail",
            what=_("The operations record does not end as it should: %(what)s.", what=ChainFault.CUT.label),
            why=_("Somebody changed the database past the program, or a restore was not finished."),
            do=_("Run “flask --app app audit verify”, and compare with a printed seal or a backup."),
        )
    ]


@check("worker", lazy("Background work"), needs="database")
def worker(settings: Settings) -> list[Finding]:
    """Find that nobody carries out background jobs, or that they pile up."""
    if settings.queue == "inline":
        return [
            warning(
                "worker",
                what=_("Background work is done while a page waits (XINSHENG_QUEUE=inline)."),
                why=_("Grouping and printing hold up everybody, and nightly work is never done."),
                do=_("Remove the setting, and start a worker: flask --app app work"),
            )
        ]
    seen = workers.last_seen()
    oldest = db.session.scalar(select(func.min(_jobs().created_at)).where(_jobs().state == JobState.WAITING))
    db.session.rollback()
    if seen is None or seen < clock.now() - workers.SILENT:
        return [
            trouble(
                "worker",
                what=_("No worker has given a sign of life for two minutes."),
                why=_("Grouping, printing, reminders and nightly backups wait until there is one."),
                do=_("Start it: flask --app app work (./run and the files in deploy/ do so by themselves)."),
            )
        ]
    if oldest is not None and oldest < clock.now() - WAITING:
        return [
            warning(
                "worker",
                what=_("A job has been waiting for more than ten minutes although a worker is there."),
                why=_("There is more work than one worker can do, or one job keeps it busy."),
                do=_("Wait for large jobs to end, or start one more worker: flask --app app work"),
            )
        ]
    return []


@check("programs", lazy("Programs for earlier backups"))
def programs(settings: Settings) -> list[Finding]:
    """Find that PostgreSQL's own program is missing, which backups of earlier versions need."""
    if not settings.database.startswith("postgresql"):
        return []
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if not missing:
        return []
    return [
        warning(
            "programs",
            what=_("Missing on this machine: %(names)s.", names=", ".join(missing)),
            why=_("Backups that earlier versions made of a PostgreSQL database cannot be brought back without it."),
            do=_("Install PostgreSQL's client programs (on Debian: apt install postgresql-client)."),
        )
    ]
