"""Minutes: written, amended, taken away, and read as contributions."""

import re
from dataclasses import asdict, dataclass
from datetime import date

from activities.models import Activity
from core import audit
from core.clock import now, today
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import _
from investigations.models import Investigation
from members.models import Account

# 张三：…, 工段长: … - who spoke is not taken on; a time (8:30) or a sentence with a colon in it stays.
_SPEAKER = re.compile(r"^[^\s，。；！？,.;!?：:\d]{1,12}(?: [^\s，。；！？,.;!?：:\d]{1,12})?[：:]\s*(?=\S)")
_MARK = re.compile(r"^\s*(?:[-–—•·*]|[（(]?\d{1,3}[）).、]|[一二三四五六七八九十]{1,3}、)\s*")


@dataclass(frozen=True, slots=True)
class Minutes:
    """What is written down of a meeting; each paragraph is one contribution."""

    title: str
    held_on: date
    place: str = ""
    present: int | None = None
    minutes: str = ""


def record(investigation: Investigation, minutes: Minutes, *, by: Account | None) -> Activity:
    """Write a meeting down; raise `BadInput`."""
    _check(minutes)
    row = Activity(
        organisation_id=investigation.organisation_id,
        investigation_id=investigation.id,
        changed_at=now(),
        **asdict(minutes),
    )
    db.session.add(row)
    _note("record", row, by)
    return row


def amend(row: Activity, minutes: Minutes, *, seen: int, by: Account) -> None:
    """Change what is written of a meeting; raise `Stale` when somebody else did since, or `BadInput`."""
    _check(minutes)
    db.session.refresh(row, with_for_update=True)
    if row.revision != seen:
        raise Stale(
            _(
                "Somebody else changed these minutes while you were writing. "
                "Your text is still in the form; compare and save again."
            )
        )
    for name, value in asdict(minutes).items():
        setattr(row, name, value)
    row.changed_at = now()
    _note("amend", row, by)


def remove(row: Activity, *, by: Account) -> None:
    """Take a meeting away for good; the next grouping drops its passages."""
    audit.note("remove", row, by=by)
    db.session.delete(row)


def contributions(minutes: str) -> tuple[str, ...]:
    """Return what was said, one paragraph a contribution, without list marks and without who said it."""
    found = (_SPEAKER.sub("", _MARK.sub("", line)).strip() for line in minutes.splitlines())
    return tuple(text for text in found if text)


def _check(minutes: Minutes) -> None:
    if not minutes.title.strip():
        raise BadInput(_("Write what the meeting was."), field="title")
    if minutes.held_on > today():
        raise BadInput(_("This day has not come yet."), field="held_on")


def _note(step: str, row: Activity, by: Account | None) -> None:
    db.session.flush()
    if by is not None:
        audit.note(step, row, by=by)
