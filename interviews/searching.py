"""Search in the notes and promises a reader may read, without leaving their words, or those searched for, anywhere."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from core import audit, clock, seal
from core.db import db
from core.errors import BadInput
from core.i18n import _
from core.lazy import later
from interviews import shelves
from interviews.models import Talk
from members.models import Account, Group, Member, Organisation
from text.clauses import sentence_spans
from vault import envelopes

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

PAGE = 25
MOST = 500  # hits counted and paged through
FEW, STRETCH = 500, 10_000  # talks asked for by their ids; talks walked through at a time where there are more hits
LONGEST = 80  # characters of what is searched for
SENTENCE = 120  # characters shown around a hit
KEY_FILE = "search_key"
BOX = 704  # bytes: eighty characters as JSON at their longest, and the filters
Part = tuple[str, bool]
_Interviewer = aliased(Member, name="interviewer")


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: `words` all of them, in the notes or promises of one talk."""

    words: str
    group_id: int | None = None
    interviewer_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A talk in which the words stand; `parts` is one sentence of it, cut where (text, marked) changes."""

    talk_id: int
    held_on: date
    member_number: str
    member_name: str
    group_name: str
    interviewer_name: str
    occasion: str
    promised: bool  # the sentence is a promise, not of the notes
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, the latest first; pages count from 1."""

    hits: tuple[Hit, ...]
    total: int
    capped: bool  # there are more than `total`
    number: int
    pages: int


def prepare(query: Query, *, within: Organisation, by: Account, seconds: float = shelves.SECONDS) -> str:
    """Put fresh talks on shelves, note that `by` searches, and return `query` sealed for an address.

    The audit line says that there was a search, never what for. Raises `Locked`, `BadInput`.
    """
    split(query.words)
    filled = shelves.fill(within=within, reader=by, seconds=seconds)
    audit.note("talk.search", within, by=by)
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(query).items()}
    content = json.dumps([clock.today().isoformat(), values, asdict(filled)], ensure_ascii=False)
    box = seal.seal(_key(), content.encode("utf-8", "surrogatepass"), size=BOX, bound_to=by.get_id().encode())
    return base64.urlsafe_b64encode(box).decode()


def recall(sealed: str, *, by: Account) -> tuple[Query, shelves.Filled] | None:
    """Return what `prepare` sealed, and how far it came; None for anything else.

    So it is for another account, in another session, on another day.
    """
    try:
        box = base64.b64decode(sealed, altchars=b"-_", validate=True)
        content = seal.unseal(_key(), box, bound_to=by.get_id().encode())
    except (binascii.Error, ValueError, seal.CannotOpen):
        return None
    day, values, filled = json.loads(content.decode("utf-8", "surrogatepass"))
    if day != clock.today().isoformat():
        return None
    days = {name: date.fromisoformat(values[name]) for name in ("since", "until") if values[name]}
    return Query(**{**values, **days}), shelves.Filled(**filled)


def search(query: Query, *, within: Organisation, reader: Account, number: int = 1) -> Found:
    """Return one page of the talks `reader` may read in which all the words stand; raise `Locked`, `BadInput`.

    Whether a talk still is as it stands on a shelf, and still open to the reader, is asked of the rows themselves.
    """
    words = split(query.words)
    holding = [shelf.holding(words) for shelf in shelves.opened(reader)]
    marks = set(np.concatenate(holding).tolist()) if holding else set()
    hits = _open_now(marks, query, within, reader)
    total = min(len(hits), MOST)
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    shown = hits[:MOST][(number - 1) * PAGE : number * PAGE]
    return Found(tuple(_lines(shown, words, reader)), total, len(hits) > MOST, number, pages)


def split(words: str) -> list[str]:
    """Return the words searched for, folded; raise `BadInput` when there are none or they are too long."""
    if len(words) > LONGEST:
        raise BadInput(
            _("%(count)s characters are too many; up to %(most)s fit.", count=len(words), most=LONGEST), field="words"
        )
    found = list(dict.fromkeys(shelves.folded(words.replace(shelves.END, "")).split()))
    if not found:
        raise BadInput(_("Write what to look for."), field="words")
    return found


def passage(text: str, words: Iterable[str]) -> tuple[int, tuple[Part, ...]]:
    """Return how many of the folded `words` stand in the sentence of `text` that has most, and it, cut at each hit."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    whole = shelves.folded(text)
    best, most = (0, 0), -1
    for start, end in sentence_spans(text):
        count = len({match[0] for match in pattern.finditer(whole, start, end)})
        if count > most:
            best, most = (start, end), count
    if most < 1:  # a word may stand across the end of a sentence, or of a line
        best, most = (0, len(text)), int(pattern.search(whole) is not None)
    start, end = _window(best, pattern.search(whole, *best))
    parts: list[Part] = [("…", False)] if start > best[0] else []
    for match in pattern.finditer(whole, start, end):
        parts += [(text[start : match.start()], False), (text[match.start() : match.end()], True)]
        start = match.end()
    parts += [(text[start:end], False)] + ([("…", False)] if end < best[1] else [])
    return most, tuple(part for part in parts if part[0])


def _window(span: tuple[int, int], hit: re.Match[str] | None) -> tuple[int, int]:
    """Return the part of a long sentence around its first hit."""
    start, end = span
    if end - start <= SENTENCE or hit is None:
        return span
    at = max(start, min(hit.start() - SENTENCE // 3, end - SENTENCE))
    return at, max(min(end, at + SENTENCE), hit.end())


def _conditions(query: Query) -> list[ColumnElement[bool]]:
    wanted = [] if query.interviewer_id is None else [Talk.interviewer_id == query.interviewer_id]
    if query.group_id is not None:
        wanted.append(Talk.member_id.in_(select(Member.id).where(Member.group_id == query.group_id)))
    if query.since is not None:
        wanted.append(Talk.held_on >= query.since)
    if query.until is not None:
        wanted.append(Talk.held_on <= query.until)
    return wanted


def _open_now(marks: set[int], query: Query, within: Organisation, reader: Account) -> list[int]:
    """Return the ids of those talks of `marks`, the latest first and up to one more than `MOST`, that still are so.

    That is: in that revision, open to the reader, sealed to a key he holds, and fit for the filters.
    """
    found: list[int] = []
    for fitting in _latest(marks, query, within, reader):
        open_now = shelves.handed(fitting, shelves.keys_of(reader))
        found += [talk_id for talk_id in fitting if talk_id in open_now]
        if len(found) > MOST:
            break
    return found[: MOST + 1]


def _latest(marks: set[int], query: Query, within: Organisation, reader: Account) -> Iterator[list[int]]:
    """Yield the ids of the present talks among `marks`, the latest first, in stretches."""
    rows = shelves.present(*_conditions(query), within=within, reader=reader)
    if len(marks) <= FEW:
        few = rows.where(Talk.id.in_([shelves.talk_of(mark) for mark in marks]))
        yield [shelves.talk_of(mark) for mark in db.session.scalars(few) if mark in marks]
        return
    at = 0
    while stretch := shelves.fetched(rows.offset(at).limit(STRETCH)):
        fitting = [shelves.talk_of(row[0]) for row in stretch if row[0] in marks]
        for start in range(0, len(fitting), MOST + 1):
            yield fitting[start : start + MOST + 1]
        at += STRETCH


def _lines(talk_ids: Sequence[int], words: Sequence[str], reader: Account) -> Iterable[Hit]:
    """Yield the hits of one page: their notes are opened one by one, from their own envelopes."""
    rows = db.session.execute(
        select(
            Talk.id, Talk.held_on, Member.number, Member.name, Group.name.label("group_name"),
            _Interviewer.name.label("interviewer_name"), Talk.occasion, Talk.envelope_id, Talk.notes,
        )
        .join(Member, Member.id == Talk.member_id)
        .join(_Interviewer, _Interviewer.id == Talk.interviewer_id)
        .outerjoin(Group, Group.id == Member.group_id)
        .where(Talk.id.in_(talk_ids))
        .order_by(Talk.held_on.desc(), Talk.id.desc())
    ).all()  # fmt: skip
    promises = shelves.promises_of(talk_ids)
    sealed = [row.envelope_id for row in [*rows, *promises] if row.envelope_id is not None]
    content = {id_: json.loads(text) for id_, text in envelopes.take_all(sealed, reader=reader).items()}
    for row in rows:
        texts = [(False, _words(row.envelope_id, "notes", row.notes, content))]
        texts += [
            (True, _words(one.envelope_id, "promise", one.promise, content))
            for one in promises
            if one.talk_id == row.id
        ]
        best = max(((passage(text, words), promised) for promised, text in texts), key=lambda found: found[0][0])
        (_count, parts), promised = best
        yield Hit(
            row.id, row.held_on, row.number, row.name, row.group_name or "", row.interviewer_name, row.occasion,
            promised, parts,
        )  # fmt: skip


def _words(envelope_id: int | None, name: str, plain: str, content: dict[int, dict[str, Any]]) -> str:
    return plain if envelope_id is None else str(content.get(envelope_id, {}).get(name, ""))


def _key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)
