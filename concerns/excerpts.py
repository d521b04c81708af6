"""Excerpts: the table of passages, brought up to date with its sources and keeping what a person decided."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate

from sqlalchemy import delete, insert, select, update

from concerns.models import Excerpt
from concerns.sources import Said
from core.db import db
from core.terms import SourceKind
from interviews import passages as released_passages
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Organisation
from members.names import names
from text import clauses

CHUNK = 500

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

    @property
    def origin(self) -> Source:
        """Return the item or the talk it comes from."""
        return self.source, self.source_id, self.item


@dataclass(frozen=True, slots=True)
class Passage:
    """A clause of one answer or talk: code points `start` to `end`."""

    start: int
    end: int
    text: str


def stored(investigation: Investigation) -> list[Row]:
    """Return the investigation's excerpts as they stand."""
    columns = [getattr(Excerpt, name) for name in Row.__dataclass_fields__]
    found = db.session.execute(
        select(*columns).where(Excerpt.investigation_id == investigation.id).order_by(Excerpt.id)
    )
    return [Row(*row) for row in found]


def refreshed(rows: Iterable[Row], said: Iterable[Said]) -> list[Row]:
    """Return the rows as the sources now have them: known ones with their place, new ones without a number.

    Identical texts of one item are exchangeable. A passage that is no longer there is dropped, unless a person pinned
    it and its source may still be used.
    """
    before: dict[Source, list[Row]] = defaultdict(list)
    for row in rows:
        before[row.origin].append(row)
    now: dict[Source, list[tuple[Passage, ...]]] = defaultdict(list)
    for one in said:
        now[one.source, one.source_id, one.item].append(_passages(one))
    return [row for origin, voices in now.items() for row in _matched(origin, voices, before[origin])]


def write(investigation: Investigation, before: Sequence[Row], after: Sequence[Row]) -> None:
    """Make the table say `after`, given that it says `before`.

    Once a survey has a new passage, all its passages get new numbers, by item and text: numbers given later would tell
    which answers to two items arrived together.
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
    fresh = sorted((row for row in after if not stays(row)), key=lambda row: (*row.origin, row.text))
    owner = {"organisation_id": investigation.organisation_id, "investigation_id": investigation.id}
    if fresh:
        db.session.execute(insert(Excerpt), [_without_id(row) | owner for row in fresh])


def forget(released: Mapping[Talk, Sequence[str]]) -> None:
    """Delete what stands here of talks and may be used no more; what was kept with names in it loses them."""
    released_passages.take_turn(talk.investigation_id for talk in released)
    talks = {talk.id: talk for talk in released}
    ids, rows = sorted(talks), []
    for at in range(0, len(ids), CHUNK):
        of_these = Excerpt.source_id.in_(ids[at : at + CHUNK])
        rows += db.session.scalars(select(Excerpt).where(Excerpt.source == SourceKind.TALK, of_these)).all()
    people = names(db.session.get_one(Organisation, rows[0].organisation_id)) if rows else None
    for row in rows:
        talk = talks[row.source_id]
        text = people.masked(row.text) if people else row.text
        if text not in released[talk] or row.investigation_id != talk.investigation_id:
            db.session.delete(row)
        elif text != row.text:
            row.text = text
    db.session.flush()


released_passages.tell_of_renewal(forget)


def _passages(one: Said) -> tuple[Passage, ...]:
    if one.released:
        starts = accumulate((len(text) + 1 for text in one.released), initial=0)
        return tuple(Passage(at, at + len(text), text) for at, text in zip(starts, one.released, strict=False))
    return tuple(Passage(found.start, found.end, found.text) for found in clauses.excerpts(one.text))


def _matched(origin: Source, voices: Sequence[tuple[Passage, ...]], rows: Sequence[Row]) -> list[Row]:
    """The rows of one item or talk after the change."""
    by_voice: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_voice[row.voice].append(row)
    whole: dict[tuple[Passage, ...], list[str]] = defaultdict(list)
    for voice, said in by_voice.items():
        whole[tuple(sorted((Passage(row.start, row.end, row.text) for row in said), key=_place))].append(voice)
    result: list[Row] = []
    changed: list[tuple[Passage, ...]] = []
    for passages in voices:
        if passages and whole[passages]:
            result += by_voice.pop(whole[passages].pop())
        elif passages:
            changed.append(passages)
    return result + _rematched(origin, changed, [row for said in by_voice.values() for row in said])


def _rematched(origin: Source, voices: Sequence[tuple[Passage, ...]], rows: Sequence[Row]) -> list[Row]:
    """Rows for answers and notes that changed: a passage of the same wording keeps its place."""
    same: dict[str, list[Row]] = defaultdict(list)
    # Those a person placed are taken first, then the oldest.
    for row in sorted(rows, key=lambda row: (not row.pinned, row.id or 0), reverse=True):
        same[row.text].append(row)
    left = {row.id: row for row in rows}
    given: Counter[str] = Counter()
    result = []
    for passages in voices:
        found = [(passage, same[passage.text].pop() if same[passage.text] else None) for passage in passages]
        voice = next((row.voice for _, row in found if row and not given[row.voice]), None) or secrets.token_hex(16)
        given[voice] += 1
        for passage, row in found:
            if row is None:
                result.append(Row(None, *origin, voice, passage.start, passage.end, passage.text))
            else:
                result.append(replace(row, voice=voice, start=passage.start, end=passage.end))
                del left[row.id]
    return result + [row for row in left.values() if row.pinned]


def _place(passage: Passage) -> tuple[int, int]:
    return passage.start, passage.end


def _without_id(row: Row) -> dict[str, object]:
    values = asdict(row)
    del values["id"]
    return values
