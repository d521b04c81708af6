"""Redaction: words of a passage taken out for good. They stay in the database and leave it nowhere any more."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from sqlalchemy import select

from concerns.models import Concern, Excerpt
from concerns.queries.readers import may_read, readable
from concerns.steps import hold
from core import audit
from core.db import db
from core.errors import BadInput, NotFound, Stale
from core.i18n import _
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import Names
from text.languages import detect
from text.segment import WORDY, tagged

Span = tuple[int, int]

_ENGLISH = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|\s+|.", re.S)


class Shown(Enum):
    """How a piece of a passage is shown where its words are marked."""

    OPEN = "open"  # may be marked
    MASKED = "masked"  # a name or a number, which is shown to nobody anyway
    GONE = "gone"  # redacted before


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or mark of a passage, from code point `start`; `text` is empty unless it is open."""

    start: int
    text: str
    shown: Shown

    @property
    def wordy(self) -> bool:
        """Say whether it is a word, not a mark or a blank."""
        return bool(WORDY.search(self.text))


def passage(excerpt_id: int, *, within: Organisation, reader: Account) -> Excerpt:
    """Return an excerpt the reader may read; raise `NotFound`."""
    place = db.session.get(Excerpt, excerpt_id)
    of = db.session.get(Investigation, place.investigation_id) if place else None
    row = None
    if of is not None:
        found = readable(select(Excerpt, Talk.visibility), of, within).where(Excerpt.id == excerpt_id)
        row = db.session.execute(found).one_or_none()
    if row is None or not may_read(reader, row.visibility):
        raise NotFound(_("There is no such passage in your organisation."))
    return row.Excerpt


def pieces(excerpt: Excerpt, people: Names) -> tuple[Piece, ...]:
    """Return a passage in its words, in order, to mark some of them."""
    text = excerpt.text
    gone, masked = _places(excerpt.redactions), _places(_masked(text, people))
    found: list[Piece] = []
    at = 0
    for word in _words(text):
        end = at + len(word)
        inside = range(at, end)
        if any(place in gone for place in inside):
            found.append(Piece(at, "", Shown.GONE))
        elif any(place in masked for place in inside):
            found.append(Piece(at, "", Shown.MASKED))
        else:
            found.append(Piece(at, word, Shown.OPEN))
        at = end
    return tuple(_one_mark_each(found))


def redact(excerpt: Excerpt, *, words: Collection[tuple[int, str]], of: Investigation, by: Account) -> int:
    """Take `words` (where each begins and how it reads) out of a passage for good; return how many passages lost any.

    The same words of the same voice go wherever another passage overlaps this one. Raise `BadInput` when nothing is
    marked, `Stale` when the passage no longer reads as it was marked.
    """
    hold(of.id)
    db.session.refresh(excerpt)
    spans = [(start, start + len(word)) for start, word in words if word]
    if not spans:
        raise BadInput(_("Mark the words that shall go."), field="words")
    if any(start < 0 or excerpt.text[start : start + len(word)] != word for start, word in words):
        raise Stale(_("This passage was changed meanwhile. Nothing was taken out; mark the words again."))
    changed: list[Excerpt] = []
    for row, lost in _everywhere(excerpt, spans):
        joined = _joined([*(tuple(span) for span in row.redactions or ()), *lost])
        if joined != [tuple(span) for span in row.redactions or ()]:
            row.redactions = [list(span) for span in joined]
            audit.note("redact", row, by=by)
            changed.append(row)
    db.session.flush()
    for concern in {row.concern for row in changed if row.concern is not None}:
        _forget_terms(concern, excerpt, [word for _start, word in words])
    return len(changed)


def still_named(excerpt: Excerpt, words: Collection[tuple[int, str]]) -> list[Concern]:
    """Return the concern of a passage if its name or its summary says one of the words, for those stay as they are."""
    concern = excerpt.concern
    if concern is None:
        return []
    said = concern.label + "\n" + concern.summary
    return [concern] if any(word in said for _start, word in words if WORDY.search(word)) else []


def together(words: Collection[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return marked words with neighbours joined: what reads as one is shown and taken out as one."""
    found: list[tuple[int, str]] = []
    for start, word in sorted(set(words)):
        if found and found[-1][0] + len(found[-1][1]) == start:
            found[-1] = (found[-1][0], found[-1][1] + word)
        else:
            found.append((start, word))
    return found


def _everywhere(excerpt: Excerpt, spans: Collection[Span]) -> Iterator[tuple[Excerpt, list[Span]]]:
    """The passage and those of its voice that hold the same place, each with the spans it loses."""
    same = select(Excerpt).where(
        Excerpt.investigation_id == excerpt.investigation_id,
        Excerpt.source == excerpt.source,
        Excerpt.source_id == excerpt.source_id,
        Excerpt.item == excerpt.item,
        Excerpt.voice == excerpt.voice,
    )
    for row in db.session.scalars(same.order_by(Excerpt.id)):
        if row.id == excerpt.id:
            yield row, list(spans)
        elif row.start < excerpt.end and excerpt.start < row.end:
            yield row, [span for one in spans for span in _there(row, excerpt, one)]


def _there(row: Excerpt, excerpt: Excerpt, span: Span) -> list[Span]:
    """Where another passage says what one span says: at the same place, or, its place being old, anywhere."""
    start = max(0, excerpt.start + span[0] - row.start)
    end = min(len(row.text), excerpt.start + span[1] - row.start)
    at = row.start + start - excerpt.start
    if start < end and row.text[start:end] == excerpt.text[at : at + end - start]:
        return [(start, end)]
    word = excerpt.text[span[0] : span[1]]
    found, place = [], row.text.find(word)
    while place >= 0:
        found.append((place, place + len(word)))
        place = row.text.find(word, place + 1)
    return found


def _forget_terms(concern: Concern, excerpt: Excerpt, words: Collection[str]) -> None:
    """Take out the key terms of a concern that only the lost words had said."""

    def said_elsewhere(term: str) -> bool:
        others = select(Excerpt.id).where(
            Excerpt.concern_id == concern.id,
            Excerpt.voice != excerpt.voice,
            Excerpt.text.contains(term, autoescape=True),
        )
        return db.session.scalar(others.limit(1)) is not None

    left = [t for t in concern.terms if not any(t in word or word in t for word in words) or said_elsewhere(t)]
    if left != concern.terms:
        concern.terms = left


def _masked(text: str, people: Names) -> list[Span]:
    steps = SequenceMatcher(None, text, people.masked(text), autojunk=False).get_opcodes()
    return [(left, right) for what, left, right, _from, _to in steps if what != "equal"]


def _places(spans: Collection[Collection[int]]) -> set[int]:
    return {place for start, end in spans or () for place in range(start, end)}


def _words(text: str) -> list[str]:
    """A text in words and what stands between them: joined, they are the text."""
    if detect(text) == "zh":
        cut = [word for word, _kind in tagged(text)]
        if "".join(cut) == text:
            return cut
    return _ENGLISH.findall(text)


def _one_mark_each(found: list[Piece]) -> Iterator[Piece]:
    """One mark for neighbours that are not shown, so that it does not tell how many words there were."""
    last = None
    for piece in found:
        if piece.shown is Shown.OPEN or piece.shown is not last:
            yield piece
        last = piece.shown


def _joined(spans: Collection[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
