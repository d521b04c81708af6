"""A file taken in: kept by the page between the look at it and the writing, never by the server."""

import base64
import binascii
import hashlib
import json
import zlib
from dataclasses import asdict

from concerns import coding, steps
from concerns.coding import Coding
from core.errors import BadInput, Stale
from core.i18n import _
from exchange.concerns.base import Book, Entry, Wish
from exchange.concerns.comparing import Comparison, Fate, compare
from investigations.models import Investigation
from members.models import Account, Organisation

KEPT = 1_900_000  # characters a page may carry
UNPACKED = 100 * 1024 * 1024


def packed(book: Book) -> str:
    """Return what a file holds as a text for a hidden field; raise `BadInput` when it is too much for a page."""
    told = {"entries": [list(asdict(entry).values()) for entry in book.entries], "told": book.told}
    told["wishes"] = [[wish.text, wish.name] for wish in book.wishes]
    kept = base64.b64encode(zlib.compress(json.dumps(told, ensure_ascii=False).encode())).decode()
    if len(kept) > KEPT:
        raise BadInput(_("This file is too large to be taken in at once; split it."), field="file")
    return kept


def unpacked(kept: str) -> Book:
    """Return what a page kept; raise `BadInput` when it did not come back whole."""
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(kept, validate=True), UNPACKED)
        told = json.loads(content)
        return Book(
            tuple(Entry(*map(_text, row)) for row in told["entries"]),
            tuple(Wish(*map(_text, row)) for row in told["wishes"]),
            tuple(map(_text, told["told"])),
        )
    except (binascii.Error, zlib.error, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadInput(_("Choose the file again."), field="file") from error


def fingerprint(found: Comparison) -> str:
    """Return a mark of everything that would become of a file: it changes when somebody changes the concerns."""
    told = (found.changes, sorted(found.moves.items()), found.unknown, found.crowded)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def take_in(book: Book, investigation: Investigation, *, seen: str, within: Organisation, by: Account) -> Comparison:
    """Write what became of a file and return it; raise `Stale` when it is no longer what the page showed."""
    steps.hold(investigation.id)
    found = compare(book, investigation, within=within)
    if fingerprint(found) != seen:
        raise Stale(
            _("Meanwhile somebody changed these concerns. Nothing was taken in: look again at what would become of it.")
        )
    codings = [
        Coding(
            change.concern_id,
            change.entry.name,
            {name: after for name, _before, after in change.fields},
            tuple(excerpt_id for excerpt_id, _left in found.moves.get(at, ())),
        )
        for at, change in enumerate(found.changes)
        if change.fate is not Fate.SAME or change.moved
    ]
    if codings:
        coding.take_in(codings, of=investigation, by=by)
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
