"""Notes that repeat older ones: pointed out to whoever writes them, and to nobody else.

Each talk keeps a sketch of its notes: 64 keyed fingerprints (MinHash, one byte each), under a key stream of this
machine's, fresh for every sketch. Without the key file the column says nothing, not even that two sketches are of the
same notes. With it, a new note is laid against all others in one go, and the few that come close are opened, as far as
their reader may open them, and compared sign by sign.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, select

from core import seal
from core.db import db
from core.lazy import later
from core.terms import TalkState
from interviews.models import Talk
from interviews.queries.readers import readable_by
from interviews.queries.words import opened
from interviews.shelves import fetched, folded, keys_of
from members.models import Account, Member, Organisation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

HASHES = 64
NONCE = 16
KEY_FILE = "likeness_key"
CLOSE = 18  # of 64 fingerprints that agree, from which on two notes are compared sign by sign
ALIKE = 0.5  # of a note's pieces that stand in an older one, from which on it is pointed out
SHORTEST = 30  # pieces; "nothing new" may be said twice
CANDIDATES = 40
MOST = 5  # pointed out at once
SEED = 8  # signs that two notes share where a common passage begins
_PIECE = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Likeness:
    """An older note that a new one repeats: `share` of the new one, from 0 to 1, and the longest passage of both."""

    talk_id: int
    held_on: date
    member_name: str
    share: float
    passage: str


def sketch(notes: str) -> bytes:
    """Return what is kept of notes so that repetitions are found: 80 bytes that say nothing without the key file."""
    key, nonce = _key(), secrets.token_bytes(NONCE)
    prints = _prints(pieces(notes), key)
    return nonce + bytes(a ^ b for a, b in zip(prints.tobytes(), _streams(key, [nonce]), strict=True))


def similar(notes: str, talk: Talk | None, *, within: Organisation, reader: Account) -> list[Likeness]:
    """Return the older talks whose notes `notes` repeat, the most alike first; raise `Locked`.

    `talk` is the one being written, or None for one that is new. Looked through are the talks the reader may read;
    what he cannot open is left out: else one could learn what stands in a closed note by writing the like of it.
    """
    wanted = pieces(notes)
    if len(wanted) < SHORTEST:
        return []
    keys_of(reader)
    ids = _candidates(wanted, _rows(talk, within, reader))
    found = [one for one in _compared(notes, wanted, ids, reader) if one.share >= ALIKE]
    return sorted(found, key=lambda one: (-one.share, -one.held_on.toordinal(), one.talk_id))[:MOST]


def pieces(notes: str) -> frozenset[str]:
    """Return the overlapping pieces notes are compared by: four characters of Chinese, three words of English."""
    signs = _PIECE.findall(folded(notes))
    found = set()
    for at in range(len(signs)):
        size = 4 if "\u3400" <= signs[at] <= "\u9fff" else 3
        if at + size <= len(signs):
            found.add(" ".join(signs[at : at + size]))
    return frozenset(found)


def passage(new: str, old: str) -> str:
    """Return the longest stretch of `new` that stands in `old` as well, "" when it is shorter than eight signs."""
    one, other = folded(new), folded(old)
    places: dict[str, list[int]] = {}
    for at in range(len(other) - SEED + 1):
        places.setdefault(other[at : at + SEED], []).append(at)
    best = (0, 0)
    at = 0
    while at + SEED <= len(one):
        # Only where the stretch could beat the best is it followed to its end.
        lengths = [_run(one, at, other, place) for place in places.get(one[at : at + SEED], ())[:16]]
        length = max(lengths, default=0)
        if length > best[1] - best[0]:
            best = (at, at + length)
        at += max(1, length - SEED + 1)
    return new[best[0] : best[1]].strip()


def _run(one: str, at: int, other: str, place: int) -> int:
    length = SEED
    while at + length < len(one) and place + length < len(other) and one[at + length] == other[place + length]:
        length += 1
    return length


def _rows(talk: Talk | None, within: Organisation, reader: Account) -> ColumnElement[bool]:
    conditions: list[Any] = [
        Talk.organisation_id == within.id, Talk.state == TalkState.RECORDED, Talk.sketch.is_not(None),
    ]  # fmt: skip
    if talk is not None and talk.id is not None:
        conditions.append(Talk.id != talk.id)
    return and_(*conditions, readable_by(reader))


def _candidates(wanted: frozenset[str], condition: ColumnElement[bool]) -> list[int]:
    """Return the ids of the talks whose sketches come closest."""
    kept = [row for row in fetched(select(Talk.id, Talk.sketch).where(condition)) if len(row[1]) == NONCE + HASHES]
    if not kept:
        return []
    key = _key()
    boxes = np.frombuffer(b"".join(box for _id, box in kept), np.uint8).reshape(-1, NONCE + HASHES)
    streams = _streams(key, [box[:NONCE] for _id, box in kept])
    prints = boxes[:, NONCE:] ^ np.frombuffer(streams, np.uint8).reshape(-1, HASHES)
    agree = (prints == _prints(wanted, key)).sum(axis=1)
    closest = np.argsort(-agree, kind="stable")[:CANDIDATES]
    return [kept[place][0] for place in closest if agree[place] >= CLOSE]


def _compared(notes: str, wanted: frozenset[str], ids: Sequence[int], reader: Account) -> Iterable[Likeness]:
    rows = db.session.execute(
        select(Talk.id, Talk.held_on, Member.name, Talk.envelope_id, Talk.notes)
        .join(Member, Member.id == Talk.member_id)
        .where(Talk.id.in_(ids))
    ).all()
    content = opened([row.envelope_id for row in rows], reader=reader)
    for talk_id, held_on, name, envelope_id, plain in rows:
        if envelope_id is not None and envelope_id not in content:
            continue
        old = plain if envelope_id is None else str(content[envelope_id]["notes"])
        yield Likeness(talk_id, held_on, name, len(wanted & pieces(old)) / len(wanted), passage(notes, old))


def _prints(found: Iterable[str], key: bytes) -> "NDArray[np.uint8]":
    """Return the 64 fingerprints of pieces: of each of 64 keyed orders the lowest byte of its first."""
    hashes = [
        int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8, key=key).digest(), "big") for piece in found
    ]
    if not hashes:
        return np.zeros(HASHES, np.uint8)
    factors, shifts = _orders(key)
    values = np.array(hashes, np.uint64)[:, None] * factors + shifts  # modulo 2**64
    return ((values >> np.uint64(16)).min(axis=0) & np.uint64(255)).astype(np.uint8)


@lru_cache(maxsize=4)
def _orders(key: bytes) -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    drawn = b"".join(hmac.digest(key, bytes([at]), "sha512") for at in range(2 * HASHES // 8))
    numbers = np.frombuffer(drawn, np.uint64)
    return numbers[:HASHES] | np.uint64(1), numbers[HASHES:]


def _streams(key: bytes, nonces: Iterable[bytes]) -> bytes:
    """Return, for each nonce, 64 bytes that only holders of the key can tell from chance (keyed BLAKE2b)."""
    keyed = hashlib.blake2b(key=key, digest_size=HASHES, person=b"sketch")
    found = []
    for nonce in nonces:
        stream = keyed.copy()
        stream.update(nonce)
        found.append(stream.digest())
    return b"".join(found)


def _key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)
