"""Passages of a report in the secretary's words: kept over every refresh of the numbers, compared, put away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from sqlalchemy import delete, select

from core import audit
from core.clock import now
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import _
from investigations.models import Investigation
from members.models import Account
from reports.models import Wording

KEY = re.compile(r"[^\s\x00-\x1f<>\"'&]{1,120}")
LONGEST = 8000  # code points of one passage
SITTING = timedelta(minutes=10)  # what one person types within it is one line of the operations record
WORD = re.compile(r"\s+|[A-Za-z][A-Za-z'’-]*|[+-]?\d[\d.,:/-]*%?|.", re.S)


@dataclass(frozen=True, slots=True)
class Worded:
    """A passage as somebody worded it, "" where they left it out, and what the numbers said at that time."""

    text: str
    generated: str
    revision: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def left_out(self) -> bool:
        """Say whether the passage is left out of the report."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of two texts laid over each other; `kind` is "same", "gone" or "new"."""

    kind: str
    text: str


class Overtaken(Stale):
    """Somebody else worded the passage meanwhile; `theirs` is what stands there now, None if it was put back."""

    def __init__(self, theirs: Worded | None) -> None:
        super().__init__(
            _("Somebody else changed this passage while you were writing. Both texts are shown; nothing is lost.")
        )
        self.theirs = theirs


def read(investigation: Investigation, *, language: str) -> dict[str, Worded]:
    """Return every reworded passage of a language by its key."""
    rows = db.session.execute(
        select(Wording, Account.name)
        .outerjoin(Account, Account.id == Wording.changed_by)
        .where(
            Wording.investigation_id == investigation.id,
            Wording.organisation_id == investigation.organisation_id,
            Wording.language == language,
        )
        .order_by(Wording.passage)
    )
    return {row.passage: _worded(row, name) for row, name in rows}


def texts(worded: Mapping[str, Worded]) -> dict[str, str]:
    """Return what stands in the report by passage, "" where one is left out."""
    return {key: mine.text for key, mine in worded.items()}


def keep(
    investigation: Investigation,
    passage: str,
    *,
    language: str,
    text: str,
    generated: str,
    based_on: int,
    by: Account,
) -> Worded | None:
    """Keep somebody's words for a passage; an empty `text` leaves it out, and the program's own gives it back (None).

    `generated` is what the program had written there when they looked, `based_on` the revision they saw, 0 for none.
    Raises `BadInput` for no passage or too long a text, `Overtaken` when somebody else was quicker.
    """
    text, generated = tidy(text), tidy(generated)
    if not KEY.fullmatch(passage):
        raise BadInput(_("There is no such passage in the report."))
    if len(text) > LONGEST or len(generated) > LONGEST:
        raise BadInput(_("A passage may hold up to %(most)s characters. Nothing was saved.", most=LONGEST))
    if text == generated:
        restore(investigation, passage, language=language, based_on=based_on, by=by)
        return None
    row = _held(investigation, passage, language, based_on, text)
    told = {"text": text, "generated": generated, "changed_at": now(), "changed_by": by.id}
    sitting = row is not None and row.changed_by == by.id and told["changed_at"] - row.changed_at < SITTING
    if row is None:
        row = Wording(
            organisation_id=investigation.organisation_id,
            investigation_id=investigation.id,
            language=language,
            passage=passage,
            **told,
        )
        db.session.add(row)
    elif (row.text, row.generated) != (text, generated):
        for name, value in told.items():
            setattr(row, name, value)
    db.session.flush()
    if not sitting:
        audit.note("reword", row, by=by)
    return _worded(row, by.name)


def restore(investigation: Investigation, passage: str, *, language: str, based_on: int, by: Account) -> Worded | None:
    """Let the program write a passage again and return the words put away, None when there were none.

    Raises `Overtaken` when somebody else worded it since `based_on`.
    """
    row = _held(investigation, passage, language, based_on, None)
    if row is None:
        return None
    put_away = _worded(row, by.name)
    audit.note("restore", row, by=by)
    db.session.execute(delete(Wording).where(Wording.id == row.id))
    db.session.expunge(row)
    return put_away


def differences(before: str, after: str) -> list[Piece]:
    """Lay one text over another word by word, Han character by Han character; joined, the pieces are both texts."""
    old, new = WORD.findall(before), WORD.findall(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if a < b:
            pieces.append(Piece("gone", "".join(old[a:b])))
        if c < d:
            pieces.append(Piece("new", "".join(new[c:d])))
    return _joined(pieces)


def changed(worded: Mapping[str, Worded], written: Mapping[str, str]) -> list[str]:
    """Return the keys of passages whose numbers changed since they were worded; `written`: what they say now."""
    return [key for key, mine in worded.items() if key in written and tidy(written[key]) != mine.generated]


def tidy(text: str) -> str:
    """Return a text as it is kept: line breaks in one spelling, no empty ends, no sign that is none (NUL)."""
    lines = (line.rstrip() for line in text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip()


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Join what a single mark or space in common would chop into crumbs nobody can read."""
    found: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        crumb = piece.kind == "same" and len(piece.text.strip()) < 2 and 0 < place < len(pieces) - 1
        if crumb and len(found) > 1 and found[-1].kind == "new" and pieces[place + 1].kind == "gone":
            new = found.pop()
            gone = found.pop()
            place += 1
            more_gone, more_new = pieces[place].text, ""
            if place + 1 < len(pieces) and pieces[place + 1].kind == "new":
                place += 1
                more_new = pieces[place].text
            found.append(Piece("gone", gone.text + piece.text + more_gone))
            found.append(Piece("new", new.text + piece.text + more_new))
        else:
            found.append(piece)
        place += 1
    return found


def _held(investigation: Investigation, passage: str, language: str, based_on: int, text: str | None) -> Wording | None:
    """Return the row with nobody else writing it; a save that arrives twice finds its own text and goes on."""
    db.session.execute(
        select(Investigation.id).where(Investigation.id == investigation.id).with_for_update(key_share=True)
    )
    row = db.session.scalar(
        select(Wording)
        .where(
            Wording.investigation_id == investigation.id,
            Wording.organisation_id == investigation.organisation_id,
            Wording.language == language,
            Wording.passage == passage,
        )
        .execution_options(populate_existing=True)
    )
    same = row.text == text if row else text is None
    if (row.revision if row else 0) != based_on and not same:
        theirs = _worded(row, db.session.get_one(Account, row.changed_by).name) if row else None
        raise Overtaken(theirs)
    return row


def _worded(row: Wording, name: str | None) -> Worded:
    return Worded(row.text, row.generated, row.revision, row.changed_at, name or "")
