"""What would become of a file taken in: concerns made or changed, passages moved; nothing is written here."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from concerns.coding import FIELDS
from core.errors import BadInput
from core.i18n import _
from exchange.concerns import gathering
from exchange.concerns.base import Book, Entry, Tell, Wish, silent
from investigations.models import Investigation
from members.models import Organisation
from members.names import names

MOST = 2000  # concerns of one file
LENGTHS = {"name": 120, "theme": 60, "summary": 1000, "includes": 2000, "excludes": 2000}


class Fate(StrEnum):
    """What becomes of a concern of the file."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """A concern of the file: `concern_id` is None for a new one; `fields` are (name, as it stands, as the file has it).

    `moved` counts the passages that come to it.
    """

    concern_id: int | None
    entry: Entry
    fate: Fate
    fields: tuple[tuple[str, str, str], ...]
    moved: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would become of a file.

    `moves` gives (excerpt, concern it leaves or None) by the place in `changes` of the concern it goes to. `unknown`
    passages are not among ours,
    `crowded` ones stand under another concern already as often as they occur: a passage stands under one.
    """

    changes: tuple[Change, ...]
    moves: dict[int, tuple[tuple[int, int | None], ...]]
    unknown: int
    crowded: int
    told: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Say whether the file would change anything."""
        return any(change.moved or change.fate is not Fate.SAME for change in self.changes)


def compare(book: Book, investigation: Investigation, *, within: Organisation, tell: Tell = silent) -> Comparison:
    """Return what would become of a file; raise `BadInput` when it holds nothing, or too much.

    Everything is read before `tell` is first told how far it is; where the file names no passage, none is looked at.
    """
    wanted = _entries(book)
    if not wanted:
        raise BadInput(_("There are no concerns in this file."), field="file")
    if len(wanted) > MOST:
        raise BadInput(_("A file may hold up to %(most)s concerns.", most=MOST), field="file")
    people = names(within)
    there = gathering.entries(investigation, within=within, people=people)
    ids = {entry.name.casefold(): concern_id for concern_id, entry in there}
    standing = dict(there)
    place = {entry.name.casefold(): at for at, entry in enumerate(wanted)}
    rows = gathering.readable_passages(investigation, within=within) if book.wishes else ()
    homes = [(row.id, row.concern_id, row.pinned, text) for row, text in gathering.worded(rows, people, tell)]
    goals = {key: ids.get(key) for key in place}
    moves, unknown, crowded = _moves(book.wishes, homes, goals, place)
    changes = []
    for at, entry in enumerate(wanted):
        concern_id = ids.get(entry.name.casefold())
        before = standing.get(concern_id or 0, Entry(entry.name))
        fields = tuple(
            (name, getattr(before, name), new)
            for name in FIELDS
            if (new := getattr(entry, name)) and new != getattr(before, name)
        )
        fate = Fate.NEW if concern_id is None else Fate.CHANGED if fields else Fate.SAME
        changes.append(Change(concern_id, entry, fate, fields, len(moves.get(at, ()))))
    return Comparison(tuple(changes), moves, unknown, crowded, book.told)


def _entries(book: Book) -> list[Entry]:
    """Return the concerns of a file, one of each name: what the codebook says, and those only passages name."""
    found: dict[str, Entry] = {}
    for entry in (*book.entries, *(Entry(name) for name in dict.fromkeys(wish.name for wish in book.wishes))):
        _check(entry)
        key = entry.name.casefold()
        if key in found and entry in (found[key], Entry(entry.name)):
            continue
        if key in found:
            raise BadInput(
                _("“%(name)s” stands in this file twice, each time otherwise.", name=entry.name), field="file"
            )
        found[key] = entry
    return list(found.values())


def _check(entry: Entry) -> None:
    for name, length in LENGTHS.items():
        if len(getattr(entry, name)) > length:
            raise BadInput(
                _(
                    "“%(name)s…”: at most %(number)s characters, please.",
                    name=getattr(entry, name)[:20],
                    number=length,
                ),
                field="file",
            )


def _moves(
    wishes: Iterable[Wish],
    homes: Sequence[tuple[int, int | None, bool, str]],
    goals: dict[str, int | None],
    place: dict[str, int],
) -> tuple[dict[int, tuple[tuple[int, int | None], ...]], int, int]:
    """Return the moves, and how many passages are unknown and crowded; `homes` are (excerpt, concern, pinned, text).

    Passages of the same wording are exchangeable: those that stand right already stay, the rest are taken in turn,
    first those without a concern, last those a person placed.
    """
    by_text: dict[str, list[tuple[int, int | None, bool]]] = defaultdict(list)
    for excerpt_id, concern_id, pinned, text in homes:
        by_text[text].append((excerpt_id, concern_id, pinned))
    moves: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    wanted: dict[str, list[str]] = defaultdict(list)
    for wish in wishes:
        wanted[wish.text].append(wish.name.casefold())
    unknown = crowded = 0
    for text, keys in wanted.items():
        free = sorted(by_text.get(text, ()), key=lambda one: (one[1] is not None, one[2], one[0]))
        if not free:
            unknown += len(keys)
            continue
        right = Counter(goals[key] for key in keys if goals[key] is not None)
        left = [one for one in free if not _stays(one[1], right)]
        stayed = Counter(concern_id for _id, concern_id, _pinned in free) - Counter(one[1] for one in left)
        for key in keys:
            if goals[key] is not None and stayed[goals[key]] > 0:
                stayed[goals[key]] -= 1
            elif left:
                moves[place[key]].append(left.pop(0)[:2])
            else:
                crowded += 1
    return {at: tuple(found) for at, found in sorted(moves.items())}, unknown, crowded


def _stays(concern_id: int | None, right: Counter[int | None]) -> bool:
    """Say whether an excerpt stands where the file wants one of its wording, and count it off."""
    if concern_id is None or right[concern_id] < 1:
        return False
    right[concern_id] -= 1
    return True
