"""What a file format of questionnaires must know about itself.

A new format is one file here with a `Format`; the import page, the export pages and the command line find it in
`surveys.formats.formats`. The law of all of them: nothing is dropped silently. Every non-empty line or cell read is in
the result, or in a note that names it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import BadInput
from core.i18n import _

BYTES = 4 * 1024 * 1024  # a questionnaire is never larger; a larger file is a mistake
INFO, WARNING, ERROR = "info", "warning", "error"


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about what was read or written: where, how grave, and in plain words.

    `level`: "info" (how it was read), "warning" (not kept, or unsure) or "error" (cannot be used).
    `line`: 1-based, for text; `cell`: like "survey!C7", for spreadsheets; neither: about the whole.
    """

    level: str
    message: str
    line: int | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of a file. `used`: the lines or cells that are in the definition; every other one has a note.

    `became`: in a few words, what each used line or cell is now, where the format can tell.
    """

    format: str
    definition: dict[str, Any] | None
    notes: tuple[Note, ...]
    used: frozenset[int | str] = frozenset()
    became: Mapping[int | str, str] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Say whether an instrument can be made of it."""
        return self.definition is not None and all(note.level != ERROR for note in self.notes)


@dataclass(frozen=True, slots=True)
class Written:
    """A definition as a file of another format. `notes`: what that format cannot hold."""

    content: bytes
    name: str
    notes: tuple[Note, ...] = ()


class Format:
    """One way to write a questionnaire down; the key and the label are what people choose by."""

    key: str
    label: Any
    order = 100
    extensions: tuple[str, ...] = ()
    mimetype = "application/octet-stream"
    reads = True
    writes = False

    def claims(self, content: bytes, name: str) -> float:
        """Say how sure it is, 0 to 1, that this is a file of this format."""
        raise NotImplementedError

    def read(self, content: bytes, name: str, *, language: str = "zh") -> Reading:
        """Return what the file says; bad content becomes error notes. Raise `BadInput` only for an absurd size."""
        raise NotImplementedError

    def write(self, definition: Mapping[str, Any], *, language: str = "") -> Written:
        """Return a checked definition as a file, in one language or ("") in all the format can hold."""
        raise NotImplementedError

    def named_like(self, name: str) -> bool:
        """Say whether a file's name ends as files of this format do."""
        return name.lower().endswith(self.extensions) if self.extensions else False


def within_size(content: bytes, name: str) -> None:
    """Raise `BadInput` when a file is too large to be a questionnaire."""
    if len(content) > BYTES:
        raise BadInput(
            _("%(name)s is larger than %(size)s MB; a questionnaire never is.", name=name, size=BYTES // 1024 // 1024)
        )


def unreadable(key: str, message: str, *, line: int | None = None, cell: str | None = None) -> Reading:
    """Return the reading of a file of which nothing could be made."""
    return Reading(key, None, (Note(ERROR, message, line, cell),))


def items(definition: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the items of a definition in order."""
    for section in definition.get("sections", ()):
        yield from section.get("items", ())
