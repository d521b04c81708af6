"""Envelopes: sealed under a key of their own, which is sealed to each reader's key."""

import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import delete, insert, select, update

from core import seal
from core.db import db
from members.models import Account
from vault import circles, keys
from vault.errors import Damaged, Locked, NotHanded, Unaddressed
from vault.keyring import Keyring
from vault.models import Envelope, EnvelopeKey, ReaderKey

INFO = b"xinsheng envelope "
STEP = 512  # bytes: contents are padded to a multiple, so that a length tells little
CHUNK = 500


def put(content: bytes, *, to: Iterable[ReaderKey], organisation_id: int) -> Envelope:
    """Seal `content` so that the holders of the keys `to` can open it; needs nobody's private key.

    Raises `Unaddressed` when that is nobody.
    """
    key = secrets.token_bytes(32)
    envelope = Envelope(organisation_id=organisation_id, content=b"")
    db.session.add(envelope)
    db.session.flush()
    envelope.content = _sealed(key, content, envelope.id)
    _address(envelope.id, key, _somebody(to))
    return envelope


def put_all(letters: Sequence[tuple[bytes, Sequence[ReaderKey]]], *, organisation_id: int) -> list[int]:
    """Put each content in an envelope for its own readers, as `put` does, all in a few statements; return their ids.

    The ids come in the order of `letters`. Raises `Unaddressed` when one of them is for nobody.
    """
    known: dict[tuple[int, ...], list[ReaderKey]] = {}
    found: list[int] = []
    for at in range(0, len(letters), CHUNK):
        part = letters[at : at + CHUNK]
        # What is sealed is bound to its envelope's id, so the rows come first.
        empty = [{"organisation_id": organisation_id, "content": b""}] * len(part)
        ids = db.session.scalars(insert(Envelope).returning(Envelope.id), empty).all()
        contents, boxes = [], []
        for envelope_id, (content, to) in zip(ids, part, strict=True):
            named = tuple(one.id for one in to)
            if named not in known:
                known[named] = _somebody(to)
            key = secrets.token_bytes(32)
            contents.append({"id": envelope_id, "content": _sealed(key, content, envelope_id)})
            boxes += _boxed(envelope_id, key, known[named])
        db.session.execute(update(Envelope), contents)
        db.session.execute(insert(EnvelopeKey), boxes)
        found += ids
    return found


def replace(envelope_id: int, content: bytes, *, to: Iterable[ReaderKey] | None = None) -> None:
    """Put other content in, under a new key, for the same readers or for the readers `to`.

    Where a reader's key was replaced meanwhile, the new one opens it and the old one does not.
    """
    readers = list(to) if to is not None else readers_of(envelope_id)
    envelope = db.session.get_one(Envelope, envelope_id)
    key = secrets.token_bytes(32)
    envelope.content = _sealed(key, content, envelope_id)
    db.session.execute(delete(EnvelopeKey).where(EnvelopeKey.envelope_id == envelope_id))
    _address(envelope_id, key, _somebody(readers))


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
    _address(envelope_id, key, [one for one in standing(to) if one.id not in there])


def readers_of(envelope_id: int) -> list[ReaderKey]:
    """Return the keys an envelope can be opened with."""
    rows = select(ReaderKey).join(EnvelopeKey, EnvelopeKey.key_id == ReaderKey.id)
    return list(db.session.scalars(rows.where(EnvelopeKey.envelope_id == envelope_id).order_by(ReaderKey.id)))


def standing(to: Iterable[ReaderKey]) -> list[ReaderKey]:
    """Return the keys to seal to now: for a retired one the key after it, and none of a closed account.

    A closed account's key still counts when nobody else could open what is sealed.
    """
    present = {one.id: one for one in map(_successor, to) if one is not None}
    let_in = [one for one in present.values() if one.account_id is None or _let_in(one.account_id)]
    return let_in or list(present.values())


def take(envelope_id: int, *, reader: Account) -> bytes:
    """Return what is in the envelope; raise `Locked`, `NotHanded`, or `Damaged`."""
    found = take_all([envelope_id], reader=reader)
    if envelope_id not in found:
        raise Damaged() if _boxes(envelope_id, reader) else NotHanded()
    return found[envelope_id]


def take_all(envelope_ids: Sequence[int], *, reader: Account) -> dict[int, bytes]:
    """Return what is in each envelope `reader` can open, by its id; those he cannot are left out; raise `Locked`.

    Damaged ones are left out as well: one of them must not close a whole list.
    """
    if not envelope_ids:
        return {}
    keyring, ids = _keyring(reader), sorted(set(envelope_ids))
    found = _opened(ids, keyring)
    if len(found) < len(ids) and keyring.look_again():
        found |= _opened([one for one in ids if one not in found], keyring)
    return found


def _opened(ids: list[int], keyring: Keyring) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for at in range(0, len(ids), CHUNK):
        rows = db.session.execute(
            select(EnvelopeKey.envelope_id, EnvelopeKey.key_id, EnvelopeKey.box, Envelope.content)
            .join(Envelope, Envelope.id == EnvelopeKey.envelope_id)
            .where(EnvelopeKey.envelope_id.in_(ids[at : at + CHUNK]), EnvelopeKey.key_id.in_(keyring.all()))
        )
        for envelope_id, key_id, box, content in rows:
            if envelope_id not in found:
                with suppress(seal.CannotOpen):
                    key = seal.open_with(keyring.all()[key_id], box, _info(envelope_id))
                    found[envelope_id] = seal.unseal(key, content, bound_to=_info(envelope_id))
    return found


def note_to(key: ReaderKey, content: bytes, *, about: bytes) -> bytes:
    """Return `content` sealed to one reader's key alone, for a column of its own; `about` is authenticated."""
    padded = len(content).to_bytes(4, "big") + content
    key = _successor(key) or key
    return key.id.to_bytes(8, "big") + seal.seal_to(key.public, padded.ljust(_size(len(padded)), b"\0"), about)


def note_of(box: bytes, *, about: bytes, reader: Account) -> bytes:
    """Return what `note_to` sealed; raise `Locked`, `Damaged`, and `NotHanded` when it was to another key."""
    private = _keyring(reader).find(int.from_bytes(box[:8], "big"))
    if private is None:
        raise NotHanded()
    try:
        padded = seal.open_with(private, box[8:], about)
    except seal.CannotOpen as error:
        raise Damaged() from error
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _keyring(reader: Account) -> Keyring:
    if reader.keyring is None:
        raise Locked()
    return reader.keyring


def _key(envelope_id: int, reader: Account) -> bytes:
    boxes, held = _boxes(envelope_id, reader), _keyring(reader).all()
    for key_id, box in boxes:
        with suppress(seal.CannotOpen):
            return seal.open_with(held[key_id], box, _info(envelope_id))
    raise Damaged() if boxes else NotHanded()


def _boxes(envelope_id: int, reader: Account) -> list[tuple[int, bytes]]:
    rows = db.session.execute(
        select(EnvelopeKey.key_id, EnvelopeKey.box).where(
            EnvelopeKey.envelope_id == envelope_id, EnvelopeKey.key_id.in_(_keyring(reader).all())
        )
    )
    return [(key_id, box) for key_id, box in rows]


def _somebody(to: Iterable[ReaderKey]) -> list[ReaderKey]:
    found = standing(to)
    if not found:
        raise Unaddressed()
    return found


def _successor(key: ReaderKey) -> ReaderKey | None:
    """Return the key that is in use now where `key` was."""
    if key.retired_on is None:
        return key
    if key.audience is not None:
        return circles.find(key.organisation_id, key.audience)
    return keys.of(key.account_id) if key.account_id is not None else None


def _let_in(account_id: int) -> bool:
    return db.session.get_one(Account, account_id).active


def _address(envelope_id: int, key: bytes, readers: Iterable[ReaderKey]) -> None:
    rows = _boxed(envelope_id, key, readers)
    if rows:
        db.session.execute(insert(EnvelopeKey), rows)
    db.session.flush()


def _boxed(envelope_id: int, key: bytes, readers: Iterable[ReaderKey]) -> list[dict[str, Any]]:
    info = _info(envelope_id)
    return [
        {"envelope_id": envelope_id, "key_id": one.id, "box": seal.seal_to(one.public, key, info)} for one in readers
    ]


def _sealed(key: bytes, content: bytes, envelope_id: int) -> bytes:
    return seal.seal(key, content, size=_size(len(content) + 4), bound_to=_info(envelope_id))


def _size(length: int) -> int:
    return -(-length // STEP) * STEP


def _info(envelope_id: int) -> bytes:
    return INFO + str(envelope_id).encode()
