"""A file taken in: kept by the page between the look at it and the writing, a large one sealed for a day."""

import base64
import binascii
import hashlib
import json
import zlib
from dataclasses import asdict, dataclass

from concerns import coding, steps
from concerns.coding import Coding
from core.errors import BadInput, Stale
from core.i18n import _
from exchange import concerns
from exchange.concerns import gathering
from exchange.concerns.base import Book, Entry, Tell, Wish, silent
from exchange.concerns.comparing import Change, Comparison, Fate, compare
from investigations.models import Investigation
from members.models import Account, Organisation

KEPT = 1_900_000  # characters a page may carry
PROMPT = 256 * 1024  # bytes of a file that are read while its reader waits; larger ones are work for a job
UNPACKED = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Look:
    """A large file as it was looked through: what it holds, what would become of it, and its mark.

    `refused` says why it cannot be taken in; then the rest is empty.
    """

    book: Book
    found: Comparison
    seen: str
    refused: str = ""


BROKEN = (zlib.error, ValueError, TypeError, KeyError, AttributeError, RecursionError)
NOTHING = Comparison((), {}, 0, 0, ())


def takes_long(content: bytes, investigation: Investigation, *, within: Organisation) -> bool:
    """Say whether a file is too much to look through while its reader waits: for its size, or for our passages."""
    return len(content) > PROMPT or gathering.extent(investigation, within=within).passages > concerns.PROMPT


def packed(book: Book) -> str:
    """Return what a file holds as a text for a hidden field; raise `BadInput` when it is too much for a page."""
    kept = base64.b64encode(_squeezed(_plain(book))).decode()
    if len(kept) > KEPT:
        raise BadInput(_("This file is too large to be taken in at once; split it."), field="file")
    return kept


def unpacked(kept: str) -> Book:
    """Return what a page kept; raise `BadInput` when it did not come back whole."""
    try:
        return _book(_opened(base64.b64decode(kept, validate=True)))
    except (binascii.Error, *BROKEN) as error:
        raise BadInput(_("Choose the file again."), field="file") from error


def looked_through(book: Book, found: Comparison) -> bytes:
    """Return a look at a large file to be kept."""
    changes = [asdict(change) for change in found.changes]
    told = _plain(book) | {"changes": changes, "unknown": found.unknown, "crowded": found.crowded}
    return _squeezed(told | {"seen": fingerprint(found)})


def refused(why: str) -> bytes:
    """Return, to be kept, that a large file cannot be taken in."""
    return _squeezed({"refused": why})


def seen_again(kept: bytes) -> Look:
    """Return a look that was kept; which passages move is not among it, only how many."""
    told = _opened(kept)
    if "refused" in told:
        return Look(Book(()), NOTHING, "", told["refused"])
    changes = tuple(
        Change(
            one["concern_id"],
            Entry(**one["entry"]),
            Fate(one["fate"]),
            tuple(map(tuple, one["fields"])),
            one["moved"],
        )
        for one in told["changes"]
    )
    book = _book(told)
    return Look(book, Comparison(changes, {}, told["unknown"], told["crowded"], book.told), told["seen"])


def fingerprint(found: Comparison) -> str:
    """Return a mark of everything that would become of a file: it changes when somebody changes the concerns."""
    told = (found.changes, sorted(found.moves.items()), found.unknown, found.crowded)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def take_in(
    book: Book, investigation: Investigation, *, seen: str, within: Organisation, by: Account, tell: Tell = silent
) -> Comparison:
    """Write what became of a file and return it; raise `Stale` when it is no longer what the page showed.

    While it is compared nothing is held, if `tell` ends the transaction; what changed meanwhile is noticed.
    """
    before = gathering.stamp(investigation, within=within)
    found = compare(book, investigation, within=within, tell=tell)
    tell(1.0)
    steps.hold(investigation.id)
    if gathering.stamp(investigation, within=within) != before or fingerprint(found) != seen:
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


def told(found: Comparison) -> dict[str, int]:
    """Return how many concerns are new and changed, and how many passages were moved."""
    fates = [change.fate for change in found.changes]
    moved = sum(change.moved for change in found.changes)
    return {"new": fates.count(Fate.NEW), "changed": fates.count(Fate.CHANGED), "moved": moved}


def _plain(book: Book) -> dict[str, object]:
    wishes = [[wish.text, wish.name] for wish in book.wishes]
    return {"entries": [list(asdict(entry).values()) for entry in book.entries], "told": book.told, "wishes": wishes}


def _squeezed(told: dict[str, object]) -> bytes:
    content = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(content) > UNPACKED:
        raise BadInput(_("This file is too large to be taken in at once; split it."), field="file")
    return zlib.compress(content)


def _opened(content: bytes) -> dict:
    return json.loads(zlib.decompressobj().decompress(content, UNPACKED).decode("utf-8", "surrogatepass"))


def _book(told: dict) -> Book:
    return Book(
        tuple(Entry(*map(_text, row)) for row in told["entries"]),
        tuple(Wish(*map(_text, row)) for row in told["wishes"]),
        tuple(map(_text, told["told"])),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
