"""Concerns as codes of REFI-QDA, and codes as concerns."""

from collections.abc import Iterator

from core.i18n import ngettext
from exchange.concerns import notes
from exchange.concerns.base import Book, Bundle, Wish
from exchange.refi.reading import ReadProject, ReadSource
from exchange.refi.writing import Code

COVERED = 0.5  # of a line that a selection must hold: people select a little more or less than we wrote


def written(bundle: Bundle) -> list[Code]:
    """Return the concerns as codes."""
    return [Code(one.id, one.entry.name, notes.described(one.entry), one.entry.theme) for one in bundle.concerns]


def understood(project: ReadProject) -> Book:
    """Return codes as concerns, a code that only holds others as their theme, and coded lines as passages."""
    used = {guid for source in project.sources for _start, _end, guid in source.coded}
    names = {code.guid: code.name for code in project.codes if code.name}
    entries = [
        notes.understood(code.name, code.theme, code.description)
        for code in project.codes
        if code.name and (not code.above or code.guid in used)
    ]
    wishes = [wish for source in project.sources for wish in _wishes(source, names)]
    told = []
    if project.unread:
        told.append(
            ngettext(
                "%(num)s text of the project could not be read and was passed over.",
                "%(num)s texts of the project could not be read and were passed over.",
                project.unread,
            )
        )
    return Book(tuple(entries), tuple(wishes), tuple(told))


def _wishes(source: ReadSource, names: dict[str, str]) -> Iterator[Wish]:
    """Yield each line with each code that covers most of it."""
    begin = 0
    spans = sorted(source.coded)
    for line in source.text.split("\n"):
        end = begin + len(line)
        text = " ".join(line.split())
        for name in dict.fromkeys(names.get(guid) for start, stop, guid in spans if _covers(start, stop, begin, end)):
            if name and text:
                yield Wish(text, name)
        begin = end + 1


def _covers(start: int, stop: int, begin: int, end: int) -> bool:
    return min(stop, end) - max(start, begin) > COVERED * (end - begin)
