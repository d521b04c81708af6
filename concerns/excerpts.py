"""Excerpts: the table of passages, brought up to date with its sources and keeping what a person decided."""

import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, chain

from sqlalchemy import delete, insert, select, update

from concerns.models import Excerpt
from concerns.sources import Said
from core.db import db
from core.parallel import Mapped
from core.terms import ExcerptKind, SourceKind
from interviews import passages as released_passages
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Organisation
from members.names import Names, names
from text import clauses
from text.foci import narrowed
from text.languages import detect
from text.points import points

CHUNK = 500
DRAWN = 2**29  # from here to twice as much numbers are drawn; below and above there is room to count
GROUPED = (ExcerptKind.CONCERN, ExcerptKind.SUGGESTION)
PLACED = ("organisation_id", "investigation_id", "source", "source_id", "item", "voice", "concern_id", "hidden")
BLANK = "\u3000"  # where a person redacted a word

Span = tuple[int, int]
Source = tuple[SourceKind, int, str]  # kind, id, item


@dataclass(frozen=True, slots=True)
class Row:
    """An excerpt as it stands, or as it will stand once written: then `id` is None."""

    id: int | None
    source: SourceKind
    source_id: int
    item: str
    voice: str
    start: int
    end: int
    text: str
    concern_id: int | None = None
    pinned: bool = False
    hidden: bool = False
    quoted: int | None = None
    kind: ExcerptKind = ExcerptKind.CONCERN
    focus: str = ""
    redactions: tuple[Span, ...] = ()

    @property
    def grouped(self) -> bool:
        """Say whether it may stand in a concern: praise and information only where a person put it."""
        return self.pinned or self.kind in GROUPED

    @property
    def origin(self) -> Source:
        """Return the item or the talk it comes from."""
        return self.source, self.source_id, self.item


@dataclass(frozen=True, slots=True)
class Passage:
    """A point of one answer or talk, code points `start` to `end`; several of the same place differ in `focus`."""

    start: int
    end: int
    text: str
    kind: ExcerptKind
    focus: str = ""

    @property
    def wording(self) -> tuple[str, str]:
        """Return what tells it from the other passages of an item."""
        return self.text, self.focus


def stored(investigation: Investigation) -> list[Row]:
    """Return the investigation's excerpts as they stand."""
    columns = [getattr(Excerpt, name) for name in Row.__dataclass_fields__]
    found = db.session.execute(
        select(*columns).where(Excerpt.investigation_id == investigation.id).order_by(Excerpt.id)
    )
    rows = [Row(*row) for row in found]
    return [replace(row, redactions=tuple((at, end) for at, end in row.redactions or ())) for row in rows]


def refreshed(rows: Iterable[Row], said: Sequence[Said], *, mapped: Mapped = map) -> list[Row]:
    """Return the rows as the sources now have them: known ones with their place, new ones without a number.

    Identical texts of one item are exchangeable. A passage that is no longer there is dropped, unless a person pinned
    it and its source may still be used. `mapped` cuts the texts into passages, chunk by chunk.
    """
    before: dict[Source, list[Row]] = defaultdict(list)
    for row in rows:
        before[row.origin].append(row)
    now: dict[Source, list[tuple[Passage, ...]]] = defaultdict(list)
    chunks = (said[at : at + CHUNK] for at in range(0, len(said), CHUNK))
    for one, passages in zip(said, chain.from_iterable(mapped(_cut, chunks)), strict=True):
        now[one.source, one.source_id, one.item].append(passages)
    return [row for origin, voices in now.items() for row in _matched(origin, voices, before[origin])]


def to_group(row: Row, people: Names) -> str:
    """Return the words by which a row is grouped: about its focus alone, without names and redacted words."""
    text = row.text
    for start, end in row.redactions:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return people.masked(narrowed(text, row.focus, detect(text)) if row.focus else text)


def write(investigation: Investigation, before: Sequence[Row], after: Sequence[Row]) -> None:
    """Make the table say `after`, given that it says `before`.

    Once a survey has a new passage, all its passages get new numbers, by item and text: numbers given later would tell
    which answers to two items arrived together. Passages of talks keep their numbers, which are drawn by lot: counted
    on, they would tell which passages one person said.
    """
    renewed = {row.source_id for row in after if row.id is None and row.source is SourceKind.SURVEY}

    def stays(row: Row) -> bool:
        return row.id is not None and not (row.source is SourceKind.SURVEY and row.source_id in renewed)

    kept = {row.id: row for row in after if stays(row)}
    gone = [row.id for row in before if row.id not in kept]
    for at in range(0, len(gone), CHUNK):
        db.session.execute(delete(Excerpt).where(Excerpt.id.in_(gone[at : at + CHUNK])))
    unchanged = set(before)
    changed = [asdict(row) for row in kept.values() if row not in unchanged]
    if changed:
        db.session.execute(update(Excerpt), changed)
    # A stable sort: the sources give the answers to an item by text, and a person's order is nowhere kept.
    fresh = sorted((row for row in after if not stays(row)), key=lambda row: (*row.origin, row.text, row.focus))
    owner = {"organisation_id": investigation.organisation_id, "investigation_id": investigation.id}
    counted = [_without_id(row) | owner for row in fresh if row.source is SourceKind.SURVEY]
    spoken = [_without_id(row) | owner for row in fresh if row.source is not SourceKind.SURVEY]
    if counted:
        db.session.execute(insert(Excerpt), counted)
    if spoken:
        numbers = _drawn(len(spoken))
        db.session.execute(insert(Excerpt), [row | {"id": next(numbers)} for row in spoken])


def _drawn(count: int) -> Iterator[int]:
    """Yield so many numbers by lot that no excerpt has."""
    given: set[int] = set()
    while len(given) < count:
        tried = {DRAWN + secrets.randbelow(DRAWN) for _ in range(min(CHUNK, count - len(given)))} - given
        free = tried - set(db.session.scalars(select(Excerpt.id).where(Excerpt.id.in_(tried))))
        given |= free
        yield from free


def forget(released: Mapping[Talk, Sequence[str]]) -> None:
    """Delete what stands here of talks and may be used no more; what was kept with names in it loses them."""
    released_passages.take_turn(talk.investigation_id for talk in released)
    talks = {talk.id: talk for talk in released}
    ids, rows = sorted(talks), []
    for at in range(0, len(ids), CHUNK):
        of_these = Excerpt.source_id.in_(ids[at : at + CHUNK])
        rows += db.session.scalars(select(Excerpt).where(Excerpt.source == SourceKind.TALK, of_these)).all()
    people = names(db.session.get_one(Organisation, rows[0].organisation_id)) if rows else None
    gone: dict[Talk, list[Excerpt]] = defaultdict(list)
    for row in rows:
        talk = talks[row.source_id]
        still = _still_said(row.text, released[talk], people)
        if still is None or row.investigation_id != talk.investigation_id:
            db.session.delete(row)
            if row.redactions and row.investigation_id == talk.investigation_id:
                gone[talk].append(row)
        elif still != row.text:
            row.redactions = [list(span) for span in carried(row.redactions, row.text, still)]
            row.text = still
    for talk, redacted in gone.items():
        _redact_anew(redacted, released[talk])
    db.session.flush()


def carried(redactions: Iterable[Sequence[int]], before: str, after: str) -> list[Span]:
    """Return the spans of `after` that hold what the spans of `before` hold, and rather more than less of it."""
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()

    def place(at: int, end: bool) -> int:
        for what, left, right, new_left, new_right in steps:
            if left <= at < right or (end and left < at <= right):
                return new_left + at - left if what == "equal" else (new_right if end else new_left)
        return len(after) if end else 0

    return [(place(start, False), place(end, True)) for start, end in redactions]


released_passages.tell_of_renewal(forget)


def _still_said(text: str, released: Sequence[str], people: Names | None) -> str | None:
    """Return a passage as what may be used now has it, without names; None if it is not in there."""
    for form in (text, people.masked(text) if people else text):
        if any(form in whole for whole in released):
            return form
    return None


def _cut(chunk: Sequence[Said]) -> list[tuple[Passage, ...]]:
    return [_passages(one) for one in chunk]


def _redact_anew(gone: Sequence[Excerpt], released: Sequence[str]) -> None:
    """Keep out of a talk what a person took out of it: passages of its new wording that say those words lose them."""
    words = sorted({row.text[start:end] for row in gone for start, end in row.redactions})
    placed = {name: getattr(gone[0], name) for name in PLACED}
    for point in {(point.text, point.focus): point for text in released for point in points(text)}.values():
        spans = [list(match.span()) for word in words for match in re.finditer(re.escape(word), point.text)]
        if spans:
            shape = {"start": 0, "end": len(point.text), "kind": ExcerptKind(point.kind), "redactions": sorted(spans)}
            db.session.add(Excerpt(**placed, **shape, text=point.text, focus=point.focus))


def _passages(one: Said) -> tuple[Passage, ...]:
    texts = one.released or (one.text,)
    starts = accumulate((len(text) + 1 for text in texts), initial=0)
    return tuple(
        Passage(at + point.start, at + point.end, point.text, ExcerptKind(point.kind), point.focus)
        for at, text in zip(starts, texts, strict=False)
        for point in points(text, unsigned=_unsigned(one, text))
    )


def _unsigned(one: Said, text: str) -> clauses.Kind:
    """What a point without a sign is: of a sentence about a talk that praises as a whole it tells the circumstances."""
    return "info" if one.released and clauses.kind(text) == "praise" else "concern"


def _matched(origin: Source, voices: Sequence[tuple[Passage, ...]], rows: Sequence[Row]) -> list[Row]:
    """The rows of one item or talk after the change."""
    by_voice: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_voice[row.voice].append(row)
    whole: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for voice, said in by_voice.items():
        whole[tuple(sorted((row.start, row.end, row.text, row.focus) for row in said))].append(voice)
    result: list[Row] = []
    changed: list[tuple[Passage, ...]] = []
    for passages in voices:
        same = whole[tuple(sorted((one.start, one.end, *one.wording) for one in passages))] if passages else []
        if same:
            kinds = {one.wording: one.kind for one in passages}
            said = by_voice.pop(same.pop())
            result += [row if row.pinned else replace(row, kind=kinds[row.text, row.focus]) for row in said]
        elif passages:
            changed.append(passages)
    return result + _rematched(origin, changed, [row for said in by_voice.values() for row in said])


def _rematched(origin: Source, voices: Sequence[tuple[Passage, ...]], rows: Sequence[Row]) -> list[Row]:
    """Rows for answers and notes that changed: a passage of the same wording keeps its place."""
    same: dict[tuple[str, str], list[Row]] = defaultdict(list)
    # Those a person placed are taken first, then the oldest.
    for row in sorted(rows, key=lambda row: (not row.pinned, row.id or 0), reverse=True):
        same[row.text, row.focus].append(row)
    found = [[(one, same[one.wording].pop() if same[one.wording] else None) for one in said] for said in voices]
    taken = {row.id for pairs in found for _, row in pairs if row}
    left = [row for row in rows if row.id not in taken]
    wider = _by_first_point(left)
    given: Counter[str] = Counter()
    result: list[Row] = []
    for pairs in found:
        around = _around([passage for passage, row in pairs if row is None], wider)
        known = [row.voice for _, row in pairs if row] + [row.voice for row in around]
        voice = next((one for one in known if not given[one]), None) or secrets.token_hex(16)
        given[voice] += 1
        taken |= {row.id for row in around}
        result += [replace(row, voice=voice) for row in around if row.pinned]
        for passage, row in pairs:
            if row is not None:
                kind = row.kind if row.pinned else passage.kind
                result.append(replace(row, voice=voice, start=passage.start, end=passage.end, kind=kind))
                continue
            of = next((one for one in around if _covers(one, passage)), None)
            if of is None or not of.pinned:
                result.append(_new(origin, voice, passage, of))
    return result + [row for row in left if row.pinned and row.id not in taken]


def _by_first_point(rows: Iterable[Row]) -> dict[tuple[int, str], list[Row]]:
    """Rows that were cut less finely than now, by the first of the passages they would be cut into."""
    found: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.pinned):
        first = next(iter(points(row.text)), None)
        if first and not row.focus:
            found[row.start + first.start, first.text].append(row)
    return found


def _around(passages: Sequence[Passage], wider: Mapping[tuple[int, str], list[Row]]) -> list[Row]:
    """Take the rows of before that hold passages of one voice which have no row of their own."""
    around: list[Row] = []
    for passage in passages:
        rows = wider.get((passage.start, passage.text))
        if rows and not any(_covers(row, passage) for row in around):
            around.append(rows.pop())
    return around


def _covers(row: Row, passage: Passage) -> bool:
    start = passage.start - row.start
    return start >= 0 and row.text[start : start + len(passage.text)] == passage.text


def _new(origin: Source, voice: str, passage: Passage, around: Row | None) -> Row:
    """A row for a passage that has none; of the row it was cut out of it keeps what a person decided."""
    new = Row(None, *origin, voice, *_place(passage), passage.text, kind=passage.kind, focus=passage.focus)
    if around is None:
        return new
    at = passage.start - around.start
    within = [(max(0, start - at), min(len(passage.text), end - at)) for start, end in around.redactions]
    return replace(
        new,
        concern_id=None if passage.focus else around.concern_id,
        hidden=around.hidden,
        redactions=tuple((start, end) for start, end in within if start < end),
    )


def _place(passage: Passage) -> Span:
    return passage.start, passage.end


def _without_id(row: Row) -> dict[str, object]:
    values = asdict(row)
    del values["id"]
    return values
