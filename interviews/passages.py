"""What goes on from a talk to concerns: single passages without names, and nothing else of its notes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import current_app
from sqlalchemy import delete, insert, select

from core import audit, seal
from core.db import db
from core.errors import NotAllowed, NotFound
from core.i18n import _
from core.terms import TalkState, Visibility
from interviews.models import Talk, TalkPassage
from interviews.queries.many_talks import WITHHELD
from interviews.queries.readers import may_write
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import Names, names
from text import clauses

KINDS = ("concern", "suggestion", "praise")  # of what an interviewer wrote; promises are follow-ups, the rest narration
SHARED = (Visibility.SECRETARY, Visibility.COMMITTEE)
KEY_FILE = "passage_key"

# Told which passages of talks may still be used, when others may be used no more; the talks are of one organisation.
Renewed = Callable[[Mapping[Talk, Sequence[str]]], None]
_TOLD: list[Renewed] = []


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the notes as concerns get it, or would; `mark` names it without saying it."""

    mark: str
    text: str
    kind: str
    goes_on: bool


def tell_of_renewal(listener: Renewed) -> None:
    """Have `listener` called with talks and the passages that may now be used of each."""
    if listener not in _TOLD:
        _TOLD.append(listener)


def go_on(talk: Talk) -> bool:
    """Say whether anything of a talk may be used for concerns: never of one kept to its interviewer."""
    return talk.state is TalkState.RECORDED and talk.visibility in SHARED and talk.investigation_id is not None


def renew(talk: Talk, notes: str, *, known: Names | None = None) -> None:
    """Write down which passages of `notes` go on, in place of those before; what was taken back stays back."""
    withheld = set(_withheld(talk))
    lines = [line for line in _lines(talk, notes, known) if line.mark not in withheld] if go_on(talk) else []
    db.session.execute(
        delete(TalkPassage).where(TalkPassage.talk_id == talk.id, TalkPassage.text.not_in(sorted(withheld)))
    )
    db.session.add_all(
        TalkPassage(talk_id=talk.id, position=at, kind=line.kind, text=line.text) for at, line in enumerate(lines)
    )
    db.session.flush()
    _tell({talk: _released(talk)})


def write(new: Iterable[tuple[Talk, str]], *, known: Names) -> None:
    """Write down which passages of the notes of new talks go on: of these nobody has taken anything back yet."""
    found = {talk: list(_said(notes, known).items()) if go_on(talk) else [] for talk, notes in new}
    rows = [
        {"talk_id": talk.id, "position": at, "kind": kind, "text": text}
        for talk, said in found.items()
        for at, (text, (_original, kind)) in enumerate(said)
    ]
    if rows:
        db.session.execute(insert(TalkPassage), rows)
    _tell({talk: [text for text, _rest in said] for talk, said in found.items()})


def take_turn(investigation_ids: Iterable[int | None]) -> None:
    """Let groupings that have read the passages of these investigations finish; those that begin later wait."""
    wanted = {one for one in investigation_ids if one is not None}
    rows = select(Investigation.id).where(Investigation.id.in_(wanted)).order_by(Investigation.id)
    if wanted:
        # Not the whole lock: every talk of these investigations refers to them, and two could wait for each other.
        db.session.execute(rows.with_for_update(key_share=True))


def lines(talk: Talk, notes: str) -> list[Line]:
    """Return every sentence of a record's notes that goes on, or would if nobody had taken it back."""
    withheld = set(_withheld(talk))
    found = _lines(talk, notes, None) if go_on(talk) else []
    return [replace(line, goes_on=line.mark not in withheld) for line in found]


def take_back(talk: Talk, mark: str, *, notes: str, by: Account) -> None:
    """Let a sentence go on no more, now and after amendments; raise `NotAllowed`, `NotFound`."""
    line = _chosen(talk, mark, notes, by)
    if mark not in _withheld(talk):
        db.session.add(TalkPassage(talk_id=talk.id, position=0, kind=WITHHELD, text=line.mark))
        audit.note("passage.take_back", talk, by=by)
    renew(talk, notes)


def let_go_on(talk: Talk, mark: str, *, notes: str, by: Account) -> None:
    """Let a sentence that was taken back go on after all; raise `NotAllowed`, `NotFound`."""
    _chosen(talk, mark, notes, by)
    db.session.execute(
        delete(TalkPassage).where(
            TalkPassage.talk_id == talk.id, TalkPassage.kind == WITHHELD, TalkPassage.text == mark
        )
    )
    audit.note("passage.let_go_on", talk, by=by)
    renew(talk, notes)


def _chosen(talk: Talk, mark: str, notes: str, by: Account) -> Line:
    if not may_write(talk, by):
        raise NotAllowed(_("Only who may change this talk decides which of its sentences go on."))
    found = next((line for line in _lines(talk, notes, None) if line.mark == mark), None) if go_on(talk) else None
    if found is None:
        raise NotFound(_("The notes were changed meanwhile: this sentence is not among them any more."))
    return found


def _lines(talk: Talk, notes: str, known: Names | None) -> list[Line]:
    people = known or names(db.session.get_one(Organisation, talk.organisation_id))
    found = _said(notes, people)
    return [Line(_mark(talk, original), text, kind, True) for text, (original, kind) in found.items()]


def _said(notes: str, people: Names) -> dict[str, tuple[str, str]]:
    """Return the sentences that could go on, without names, each with how it stands in the notes and its kind."""
    return {
        people.masked(one.text): (one.text, one.kind)
        for one in clauses.excerpts(notes)
        if one.kind in KINDS  # the same sentence twice says nothing more
    }


def _mark(talk: Talk, text: str) -> str:
    key = seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE, seal.BOX_KEY)
    return seal.tag(key, f"{talk.id} {text}".encode()).hex()


def _released(talk: Talk) -> list[str]:
    rows = select(TalkPassage.text).where(TalkPassage.talk_id == talk.id, TalkPassage.kind != WITHHELD)
    return list(db.session.scalars(rows.order_by(TalkPassage.position)))


def _withheld(talk: Talk) -> list[str]:
    rows = select(TalkPassage.text).where(TalkPassage.talk_id == talk.id, TalkPassage.kind == WITHHELD)
    return list(db.session.scalars(rows))


def _tell(released: Mapping[Talk, Sequence[str]]) -> None:
    for listener in _TOLD:
        listener(released)
