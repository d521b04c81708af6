"""Shelves: the notes of hundreds of talks sealed together to one readers' key, so that a search opens them all at once.

A shelf is sealed like everything else a reader opens, to his own key or to one his circle shares: a search through
100,000 notes is two hundred openings instead of as many as there are talks. On it stand each talk's id with its
revision and its words, folded for comparison. In the clear nothing of it is ever written down.
"""

import json
import time
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, delete, func, insert, select

from core.db import db
from core.lazy import later
from core.terms import Audience, TalkState
from interviews.models import FollowUp, SearchPlace, SearchShelf, Talk
from interviews.queries.readers import readable_by
from members.models import Account, Organisation
from vault import envelopes
from vault.errors import Damaged, Locked, NotHanded
from vault.models import EnvelopeKey, ReaderKey

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

SHELF = 500  # talks
FEW = 2000  # talks asked for by their ids
STEP = 250  # talks opened between two looks at the clock
SECONDS = 1.5  # of one request that may go into filling shelves
REVISIONS = 2**20
ABOUT = b"xinsheng shelf "
END = "\0"  # of one talk's words; no note and no word searched for contains it
# Full-width letters, digits and marks are the same sign to somebody who searches.
_WIDE = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20}
_ENCODINGS = ("utf-8", "utf-16-le")
# A talk stands on one shelf for each reader: on that of the key he shares with most others.
_SHARED = {Audience.COMMITTEE: 0, Audience.SECRETARY: 1, None: 2}
Entries = dict[int, str]  # folded words by mark


@dataclass(frozen=True, slots=True)
class Shelf:
    """An opened shelf: `marks` name talks in a revision; `words` are theirs in the same order, encoded."""

    marks: "NDArray[np.int64]"
    ends: "array[int]"  # of each talk's words, in bytes
    encoding: str
    words: bytes

    def holding(self, wanted: Sequence[str]) -> "NDArray[np.int64]":
        """Return the marks of the talks in whose words every one of `wanted`, folded, stands."""
        words = [word.encode(self.encoding, "surrogatepass") for word in sorted(wanted, key=len, reverse=True)]
        places = self._places(words[0])
        for word in words[1:]:
            places = [place for place in places if self._stands(word, place)]
        return self.marks[places]

    def entries(self) -> Iterator[tuple[int, str]]:
        """Yield (mark, folded words) of each talk."""
        start = 0
        for mark, end in zip(self.marks.tolist(), self.ends, strict=True):
            yield mark, self.words[start:end].decode(self.encoding, "surrogatepass").rstrip(END)
            start = end

    def _places(self, word: bytes) -> list[int]:
        found: list[int] = []
        at = self._find(word, 0, len(self.words))
        while at >= 0:
            place = bisect_right(self.ends, at)
            found.append(place)
            at = self._find(word, self.ends[place], len(self.words))
        return found

    def _stands(self, word: bytes, place: int) -> bool:
        return self._find(word, self.ends[place - 1] if place else 0, self.ends[place]) >= 0

    def _find(self, word: bytes, start: int, end: int) -> int:
        at = self.words.find(word, start, end)
        while at % 2 and at > 0 and self.encoding == "utf-16-le":  # half of one sign and half of the next
            at = self.words.find(word, at + 1, end)
        return at


@dataclass(frozen=True, slots=True)
class Filled:
    """How many talks stand on the shelves of a reader, and how many he could open stand on none yet."""

    standing: int
    waiting: int


def folded(text: str) -> str:
    """Return `text` as searches compare it, of the same length: one case, one width."""
    narrow = text.translate(_WIDE)
    lower = narrow.lower()
    if len(lower) != len(narrow):  # a few capitals have small letters of two signs
        lower = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in narrow)
    return lower


def mark() -> ColumnElement[int]:
    """Return the column that names a row of `Talk` in its present revision."""
    return cast(Talk.id, BigInteger) * REVISIONS + Talk.revision


def talk_of(found: int) -> int:
    """Return the id of the talk a mark names."""
    return found // REVISIONS


def keys_of(reader: Account) -> dict[int, bytes]:
    """Return the private keys of `reader` by the ids of their pairs; raise `Locked`."""
    if reader.keyring is None:
        raise Locked()
    return dict(reader.keyring.all())


def opened(reader: Account) -> Iterator[Shelf]:
    """Yield every shelf `reader` can open; raise `Locked`."""
    for _id, _key_id, shelf in _shelves(list(keys_of(reader)), reader):
        if shelf is not None:
            yield shelf


def present(*conditions: ColumnElement[bool], within: Organisation, reader: Account) -> Select[*tuple[Any, ...]]:
    """Return the query for the marks of the recorded talks open to `reader`, by the rows as they are, latest first."""
    rows = select(mark()).where(
        Talk.organisation_id == within.id, Talk.state == TalkState.RECORDED, readable_by(reader), *conditions
    )
    return rows.order_by(Talk.held_on.desc(), Talk.id.desc())


def fetched(query: Select[*tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a query as the driver hands them over: a hundred thousand at once, of numbers or bytes."""
    db.session.flush()
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        rows: Any = connection.execute(query).cursor
        return list(rows.fetchall())
    # psycopg fetches bytes as hexadecimal text unless it is told otherwise: four times as slow for what is this long.
    text = query.compile(connection, compile_kwargs={"literal_binds": True})
    driver: Any = connection.connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        return list(cursor.execute(str(text)).fetchall())


def fill(*, within: Organisation, reader: Account, seconds: float = SECONDS) -> Filled:
    """Put talks `reader` can open, and which stand on no shelf yet, on one, the newest first, for about `seconds`.

    What was amended since is taken from its old shelf, what nobody has handed him is left aside. Raises `Locked`.
    """
    ranks = _ranks(keys_of(reader))
    standing, fresh = _fresh(within, reader)
    taken: dict[int, Entries] = {}
    done, until = 0, time.monotonic() + seconds
    if fresh and _turn(ranks):
        while done < len(fresh) and (done == 0 or time.monotonic() < until):
            _take(fresh[done : done + STEP], ranks, reader, into=taken)
            done = min(done + STEP, len(fresh))
    if taken:
        _put(taken, list(ranks), reader)
    return Filled(standing + done, len(fresh) - done)


def sealed_to(keys: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition under which a talk is sealed, this moment, to one of `keys`, or not sealed at all yet."""
    mine = select(EnvelopeKey.key_id).where(
        EnvelopeKey.envelope_id == Talk.envelope_id, EnvelopeKey.key_id.in_(list(keys))
    )
    return Talk.envelope_id.is_(None) | mine.exists()


def handed(talk_ids: Sequence[int], keys: Iterable[int]) -> set[int]:
    """Return those of the talks that are sealed to one of `keys`."""
    found: set[int] = set()
    for at in range(0, len(talk_ids), envelopes.CHUNK):
        part = talk_ids[at : at + envelopes.CHUNK]
        found |= set(db.session.scalars(select(Talk.id).where(Talk.id.in_(part), sealed_to(keys))))
    return found


def promises_of(talk_ids: Sequence[int]) -> Sequence[Any]:
    """Return rows (talk_id, envelope_id, promise) of the promises given in talks, in the order they were written."""
    rows = select(FollowUp.talk_id, FollowUp.envelope_id, FollowUp.promise).where(FollowUp.talk_id.in_(talk_ids))
    return db.session.execute(rows.order_by(FollowUp.talk_id, FollowUp.id)).all()


def _turn(ranks: Mapping[int, int]) -> bool:
    """Lock the keys whose shelves are to be filled; SQLite writes one request after the other anyway."""
    rows = select(ReaderKey.id).where(ReaderKey.id.in_(ranks)).with_for_update(key_share=True, skip_locked=True)
    return len(db.session.scalars(rows).all()) == len(ranks)


def _ranks(keys: Iterable[int]) -> dict[int, int]:
    rows = db.session.execute(select(ReaderKey.id, ReaderKey.audience).where(ReaderKey.id.in_(keys)))
    return {key_id: _SHARED[audience] for key_id, audience in rows}


def _fresh(within: Organisation, reader: Account) -> tuple[int, list[int]]:
    """Return how many talks open to `reader` stand on his shelves, and the marks of the others he holds a key to."""
    found: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    broken: list[int] = []
    for shelf_id, _key_id, shelf in _shelves(list(keys_of(reader)), reader):
        if shelf is None:
            broken.append(shelf_id)
        else:
            found.append(shelf.marks)
    if broken:
        _clear(broken)
    rows = fetched(present(within=within, reader=reader))
    marks, standing = np.fromiter(map(itemgetter(0), rows), np.int64, len(rows)), np.sort(np.concatenate(found))
    places = np.minimum(np.searchsorted(standing, marks), max(0, standing.size - 1))
    there = standing[places] == marks if standing.size else np.zeros(marks.size, np.bool_)
    fresh = marks[~there].tolist()
    if len(fresh) > FEW:
        rows = fetched(present(sealed_to(keys_of(reader)), within=within, reader=reader))
        open_now = {talk_of(row[0]) for row in rows}
    else:
        open_now = handed([talk_of(one) for one in fresh], keys_of(reader))
    return int(there.sum()), [one for one in fresh if talk_of(one) in open_now]


def _take(marks: Sequence[int], ranks: Mapping[int, int], reader: Account, *, into: dict[int, Entries]) -> None:
    """Open the talks named by `marks`, each into the entries of the key it shall stand under."""
    talks = db.session.execute(
        select(mark(), Talk.id, Talk.envelope_id, Talk.notes).where(Talk.id.in_([talk_of(one) for one in marks]))
    ).all()
    promises = promises_of([row.id for row in talks])
    sealed = [row.envelope_id for row in [*talks, *promises] if row.envelope_id is not None]
    words = {id_: json.loads(content) for id_, content in envelopes.take_all(sealed, reader=reader).items()}
    under = _keys_of_envelopes([row.envelope_id for row in talks if row.envelope_id in words], ranks)
    own = max(ranks, key=lambda key_id: (ranks[key_id], key_id))
    parts: dict[int, list[str]] = {}
    for row in promises:
        parts.setdefault(row.talk_id, []).append(words.get(row.envelope_id, {}).get("promise", row.promise))
    for name, talk_id, envelope_id, plain in talks:
        if envelope_id is not None and envelope_id not in words:
            continue  # damaged: its own page says so
        notes = plain if envelope_id is None else str(words[envelope_id]["notes"])
        text = "\n".join([notes, *parts.get(talk_id, [])]).replace(END, "")
        into.setdefault(under.get(envelope_id, own), {})[name] = folded(text)


def _keys_of_envelopes(envelope_ids: Sequence[int], ranks: Mapping[int, int]) -> dict[int | None, int]:
    rows = db.session.execute(
        select(EnvelopeKey.envelope_id, EnvelopeKey.key_id).where(
            EnvelopeKey.envelope_id.in_(envelope_ids), EnvelopeKey.key_id.in_(ranks)
        )
    )
    best: dict[int | None, int] = {}
    for envelope_id, key_id in rows:
        held = best.get(envelope_id)
        if held is None or (ranks[key_id], key_id) < (ranks[held], held):
            best[envelope_id] = key_id
    return best


def _put(taken: Mapping[int, Entries], keys: Sequence[int], reader: Account) -> None:
    """Write what was taken to shelves, together with what else stands on the shelves this breaks into."""
    ids = {talk_of(one) for entries in taken.values() for one in entries}
    old = _broken_into(ids, keys) | {_unfilled(key_id) for key_id in taken}
    kept: dict[int, Entries] = {}
    for _id, key_id, shelf in _shelves(keys, reader, [SearchShelf.id.in_(old)]):
        if shelf is not None:
            stays = {one: text for one, text in shelf.entries() if talk_of(one) not in ids}
            kept.setdefault(key_id, {}).update(stays)
    _clear(old)
    for key_id in sorted({*taken, *kept}):
        entries = kept.get(key_id, {}) | taken.get(key_id, {})
        for at in range(0, len(entries), SHELF):
            _shelve(key_id, dict(list(entries.items())[at : at + SHELF]))


def _broken_into(talk_ids: set[int], keys: Sequence[int]) -> set[int]:
    ids, found = sorted(talk_ids), set()
    for at in range(0, len(ids), envelopes.CHUNK):
        part = ids[at : at + envelopes.CHUNK]
        rows = select(SearchPlace.shelf_id).where(SearchPlace.key_id.in_(keys), SearchPlace.talk_id.in_(part))
        found |= set(db.session.scalars(rows.distinct()))
    return found


def _unfilled(key_id: int) -> int:
    """Return the shelf of a key that has room, or 0."""
    rows = (
        select(SearchPlace.shelf_id)
        .where(SearchPlace.key_id == key_id)
        .group_by(SearchPlace.shelf_id)
        .having(func.count() < SHELF)
        .order_by(SearchPlace.shelf_id.desc())
        .limit(1)
    )
    return db.session.scalar(rows) or 0


def _shelve(key_id: int, entries: Entries) -> None:
    key = db.session.get_one(ReaderKey, key_id)
    row = SearchShelf(key_id=key_id, content=envelopes.note_to(key, _packed(entries), about=_about(key_id)))
    db.session.add(row)
    db.session.flush()
    places = [
        {"key_id": key_id, "talk_id": talk_of(one), "revision": one % REVISIONS, "shelf_id": row.id} for one in entries
    ]
    db.session.execute(insert(SearchPlace), places)
    db.session.expunge(row)  # its content need not stay in memory


def _clear(shelf_ids: Iterable[int]) -> None:
    ids = list(shelf_ids)
    db.session.execute(delete(SearchPlace).where(SearchPlace.shelf_id.in_(ids)))
    db.session.execute(delete(SearchShelf).where(SearchShelf.id.in_(ids)))


def _shelves(
    keys: Sequence[int], reader: Account, conditions: Sequence[ColumnElement[bool]] = ()
) -> Iterator[tuple[int, int, Shelf | None]]:
    """Yield (id, key id, shelf) of the shelves under `keys`; None for one that was damaged: it is filled anew."""
    for shelf_id, key_id, content in _read(keys, conditions):
        try:
            yield shelf_id, key_id, _unpacked(envelopes.note_of(content, about=_about(key_id), reader=reader))
        except Damaged:
            yield shelf_id, key_id, None
        except NotHanded:
            continue  # sealed since to a key after his


def _read(keys: Sequence[int], conditions: Sequence[ColumnElement[bool]]) -> Sequence[tuple[Any, ...]]:
    """Return (id, key id, sealed content) of shelves."""
    query = select(SearchShelf.id, SearchShelf.key_id, SearchShelf.content)
    return fetched(query.where(SearchShelf.key_id.in_(keys), *conditions))


def _packed(entries: Entries) -> bytes:
    """Return entries as bytes, in the encoding they are shortest in."""
    encoded = [[(text + END).encode(name, "surrogatepass") for text in entries.values()] for name in _ENCODINGS]
    kind = min(range(len(_ENCODINGS)), key=lambda at: sum(map(len, encoded[at])))
    ends = array("I", accumulate(map(len, encoded[kind])))
    return b"".join(
        [
            bytes([kind]),
            len(entries).to_bytes(4, "big"),
            np.fromiter(entries, np.int64).tobytes(),
            ends.tobytes(),
            *encoded[kind],
        ]
    )


def _unpacked(content: bytes) -> Shelf:
    count = int.from_bytes(content[1:5], "big")
    marks, ends = np.frombuffer(content, np.int64, count, 5), array("I")
    ends.frombytes(content[5 + 8 * count : 5 + 12 * count])
    return Shelf(marks, ends, _ENCODINGS[content[0]], content[5 + 12 * count :])


def _about(key_id: int) -> bytes:
    return ABOUT + str(key_id).encode()
