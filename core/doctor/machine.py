"""What the machine must have: libraries, folders nobody else reads, room, a clock that is right."""

import ctypes
import ctypes.util
import os
import shutil
import stat
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import clock
from core.doctor import Finding, check, trouble, warning
from core.i18n import _, lazy
from core.settings import ROOT, Settings

# What the printer of PDF files loads: its names on Linux, macOS and Windows, and Debian's package.
LIBRARIES = {
    "Pango": (("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"), "libpango-1.0-0"),
    "PangoFT2": (("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll"), "libpangoft2-1.0-0"),
    "HarfBuzz": (("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll"), "libharfbuzz0b"),
    "HarfBuzz Subset": (
        ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll"),
        "libharfbuzz-subset0",
    ),
    "Fontconfig": (("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll"), "libfontconfig1"),
}
LOW, EMPTY = 1024**3, 200 * 1024**2  # bytes free: time to make room; nothing may be acknowledged any more
SLACK = timedelta(minutes=5)  # by which machines that share a database may differ


def loads(names: tuple[str, ...]) -> bool:
    """Say whether one of these libraries can be loaded."""
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


@check("libraries", lazy("Libraries for printing"))
def libraries(settings: Settings) -> list[Finding]:
    """Find libraries without which no PDF can be made."""
    missing = {name: package for name, (names, package) in LIBRARIES.items() if not loads(names)}
    if not missing:
        return []
    return [
        trouble(
            "libraries",
            what=_("Missing on this machine: %(names)s.", names=", ".join(missing)),
            why=_("Reports, notices and paper forms cannot be printed to PDF. Everything else works."),
            do=_(
                "Install them (on Debian: apt install %(packages)s), then restart Xinsheng.",
                packages=" ".join(sorted(missing.values())),
            ),
        )
    ]


@check("folders", lazy("Data folder and keys"))
def folders(settings: Settings) -> list[Finding]:
    """Find folders that cannot be written, and keys others on this machine could read."""
    found = []
    for folder in (settings.data, settings.keys):
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            found.append(
                trouble(
                    "folders",
                    what=_("Xinsheng cannot write into the folder %(folder)s.", folder=folder),
                    why=_("Nothing can be saved: no answer, no talk, no key of a survey."),
                    do=_(
                        "Give the folder to the account Xinsheng runs under: chown -R <account> %(folder)s",
                        folder=folder,
                    ),
                )
            )
    if os.name == "posix":
        found += _readable_by_others(settings)
    return found


def _readable_by_others(settings: Settings) -> list[Finding]:
    places = [settings.data, settings.keys]
    if settings.keys.is_dir():
        # A file of no size is a lock or a mark, not a key.
        places += [path for path in sorted(settings.keys.rglob("*")) if path.is_dir() or path.stat().st_size]
    loose = [place for place in places if place.exists() and stat.S_IMODE(place.stat().st_mode) & 0o077]
    if not loose:
        return []
    keys = any(place == settings.keys or settings.keys in place.parents for place in loose)
    return [
        (trouble if keys else warning)(
            "folders",
            what=_("Other accounts of this machine may look into %(folder)s.", folder=loose[-1]),
            why=_(
                "Whoever reads the keys of an open survey together with the database can open its answers; "
                "whoever reads the database sees the names of the members."
            ),
            do=_("Close it to others: chmod -R go-rwx %(folder)s", folder=settings.data),
        )
    ]


def free(folder: Path) -> int:
    """Return how many bytes are free where `folder` lies."""
    return shutil.disk_usage(folder).free


@check("disk", lazy("Room on the disk"))
def disk(settings: Settings) -> list[Finding]:
    """Find a disk that is full or nearly so."""
    left = free(settings.data)
    if left >= LOW:
        return []
    megabytes = left // 1024**2
    if left >= EMPTY:
        return [
            warning(
                "disk",
                what=_("Only %(megabytes)s MB are free where the data lies.", megabytes=megabytes),
                why=_("Backups and large reports need room; at 200 MB saving is no longer safe."),
                do=_("Make room: remove old backups from %(folder)s, or enlarge the disk.", folder=settings.data),
            )
        ]
    return [
        trouble(
            "disk",
            what=_("The disk is full: %(megabytes)s MB are left where the data lies.", megabytes=megabytes),
            why=_("Soon nothing can be saved. What was saved is safe."),
            do=_("Make room now: remove old backups from %(folder)s, or enlarge the disk.", folder=settings.data),
        )
    ]


def installed_at() -> datetime:
    """Return when this version was put on the machine, by the date of its newest migration."""
    newest = max(path.stat().st_mtime for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    return datetime.fromtimestamp(newest, UTC)


@check("clock", lazy("Clock of the machine"))
def machine_clock(settings: Settings) -> list[Finding]:
    """Find a clock that stands before this version was installed, and a machine that keeps no local time."""
    found = []
    if clock.now() < installed_at() - SLACK:
        found.append(late(installed_at()))
    if not _zone_is_set():
        found.append(
            warning(
                "clock",
                what=_("This machine has no time zone and counts by Universal Time."),
                why=_("Days begin at the wrong hour: in China at eight in the morning. Surveys open and close then."),
                do=_(
                    "Set the time zone, for instance: timedatectl set-timezone Asia/Shanghai. Where Universal Time is "
                    "meant, say so with TZ=UTC."
                ),
            )
        )
    return found


def late(moment: datetime) -> Finding:
    """Return the finding that the clock is behind something that happened already."""
    return trouble(
        "clock",
        what=_(
            "The clock of this machine says %(now)s; something was written at %(then)s already.",
            now=_minute(clock.now()),
            then=_minute(moment),
        ),
        why=_("Surveys open and close, promises fall due and sign-ins end by this clock."),
        do=_("Set the clock, and let it be kept right: timedatectl set-ntp true"),
    )


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _zone_is_set(environment: Mapping[str, str] = os.environ, place: Path = Path("/etc/localtime")) -> bool:
    """Say whether anybody chose a time zone, or local time differs from Universal Time anyway."""
    return bool(environment.get("TZ")) or place.exists() or bool(datetime.now().astimezone().utcoffset())
