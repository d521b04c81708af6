"""Envelopes: sealed under a key of their own, which is sealed to each reader's key."""

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select

from core import seal
from core.db import db
from members.models import Account
from vault.errors import Locked, NotHanded
from vault.keyring import Keyring
from vault.models import Envelope, EnvelopeKey, ReaderKey

INFO = b"xinsheng envelope "
STEP = 512  # bytes: contents are padded to a multiple, so that a length tells little
CHUNK = 500


def put(content: bytes, *, to: Iterable[ReaderKey], organisation_id: int) -> Envelope:
    """Seal `content` so that the holders of the keys `to` can open it; needs nobody's private key."""
    key = secrets.token_bytes(32)
    envelope = Envelope(organisation_id=organisation_id, content=b"")
    db.session.add(envelope)
    db.session.flush()
    envelope.content = _sealed(key, content, envelope.id)
    _address(envelope.id, key, to)
    return envelope


def replace(envelope_id: int, content: bytes, *, to: Iterable[ReaderKey] | None = None) -> None:
    """Put other content in, under a new key, for the same readers or for the readers `to`."""
    readers = list(to) if to is not None else readers_of(envelope_id)
    envelope = db.session.get_one(Envelope, envelope_id)
    key = secrets.token_bytes(32)
    envelope.content = _sealed(key, content, envelope_id)
    db.session.execute(delete(EnvelopeKey).where(EnvelopeKey.envelope_id == envelope_id))
    _address(envelope_id, key, readers)


def destroy(envelope_ids: Iterable[int]) -> None:
    """Remove envelopes and their keys; whatever points at them must be gone or pointed elsewhere before."""
    ids = list(envelope_ids)
    for at in range(0, len(ids), CHUNK):
        part = ids[at : at + CHUNK]
        db.session.execute(delete(EnvelopeKey).where(EnvelopeKey.envelope_id.in_(part)))
        db.session.execute(delete(Envelope).where(Envelope.id.in_(part)))


def widen(envelope_id: int, *, to: Iterable[ReaderKey], reader: Account) -> None:
    """Let the holders of the keys `to` open it too, as one who can already; raise `Locked`, `NotHanded`."""
    key = _key(envelope_id, reader)
    there = {found.id for found in readers_of(envelope_id)}
    _address(envelope_id, key, [one for one in to if one.id not in there])


def readers_of(envelope_id: int) -> list[ReaderKey]:
    """Return the keys an envelope can be opened with."""
    rows = select(ReaderKey).join(EnvelopeKey, EnvelopeKey.key_id == ReaderKey.id)
    return list(db.session.scalars(rows.where(EnvelopeKey.envelope_id == envelope_id).order_by(ReaderKey.id)))


def take(envelope_id: int, *, reader: Account) -> bytes:
    """Return what is in the envelope; raise `Locked` or `NotHanded`."""
    found = take_all([envelope_id], reader=reader)
    if envelope_id not in found:
        raise NotHanded()
    return found[envelope_id]


def take_all(envelope_ids: Sequence[int], *, reader: Account) -> dict[int, bytes]:
    """Return what is in each envelope `reader` can open, by its id; those he cannot are left out; raise `Locked`."""
    if not envelope_ids:
        return {}
    keyring = _keyring(reader)
    found: dict[int, bytes] = {}
    ids = sorted(set(envelope_ids))
    for at in range(0, len(ids), CHUNK):
        rows = db.session.execute(
            select(EnvelopeKey.envelope_id, EnvelopeKey.key_id, EnvelopeKey.box, Envelope.content)
            .join(Envelope, Envelope.id == EnvelopeKey.envelope_id)
            .where(EnvelopeKey.envelope_id.in_(ids[at : at + CHUNK]), EnvelopeKey.key_id.in_(keyring.all()))
        )
        for envelope_id, key_id, box, content in rows:
            if envelope_id not in found:
                key = seal.open_with(keyring.all()[key_id], box, _info(envelope_id))
                found[envelope_id] = seal.unseal(key, content, bound_to=_info(envelope_id))
    return found


def note_to(key: ReaderKey, content: bytes, *, about: bytes) -> bytes:
    """Return `content` sealed to one reader's key alone, for a column of its own; `about` is authenticated."""
    padded = len(content).to_bytes(4, "big") + content
    return key.id.to_bytes(8, "big") + seal.seal_to(key.public, padded.ljust(_size(len(padded)), b"\0"), about)


def note_of(box: bytes, *, about: bytes, reader: Account) -> bytes:
    """Return what `note_to` sealed; raise `Locked`, and `NotHanded` when it was to another key."""
    private = _keyring(reader).find(int.from_bytes(box[:8], "big"))
    if private is None:
        raise NotHanded()
    padded = seal.open_with(private, box[8:], about)
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _keyring(reader: Account) -> Keyring:
    if reader.keyring is None:
        raise Locked()
    return reader.keyring


def _key(envelope_id: int, reader: Account) -> bytes:
    keyring = _keyring(reader)
    rows = db.session.execute(
        select(EnvelopeKey.key_id, EnvelopeKey.box).where(
            EnvelopeKey.envelope_id == envelope_id, EnvelopeKey.key_id.in_(keyring.all())
        )
    )
    for key_id, box in rows:
        return seal.open_with(keyring.all()[key_id], box, _info(envelope_id))
    raise NotHanded()


def _address(envelope_id: int, key: bytes, to: Iterable[ReaderKey]) -> None:
    readers = {one.id: one for one in to}
    rows = [
        {"envelope_id": envelope_id, "key_id": one.id, "box": seal.seal_to(one.public, key, _info(envelope_id))}
        for one in readers.values()
    ]
    if rows:
        db.session.execute(insert(EnvelopeKey), rows)
    db.session.flush()


def _sealed(key: bytes, content: bytes, envelope_id: int) -> bytes:
    return seal.seal(key, content, size=_size(len(content) + 4), bound_to=_info(envelope_id))


def _size(length: int) -> int:
    return -(-length // STEP) * STEP


def _info(envelope_id: int) -> bytes:
    return INFO + str(envelope_id).encode()
