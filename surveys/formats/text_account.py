"""The account of a reading: what each line became, and what is to be known about it. No line goes missing here."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.i18n import _
from surveys.formats.base import ERROR, INFO, WARNING, Note
from surveys.formats.text_lines import Line


class Account:
    """Collects, line by line, what was made of a text."""

    def __init__(self) -> None:
        self.became: dict[int | str, str] = {}
        self.notes: list[Note] = []

    def use(self, lines: Line | int | Iterable[Line], what: str) -> None:
        """Write down what a line, or each of these, became."""
        if isinstance(lines, int):
            self._add(lines, what)
        elif isinstance(lines, Line):
            self._add(lines.number, what)
        else:
            for line in lines:
                self._add(line.number, what)

    def _add(self, number: int, what: str) -> None:
        said = self.became.get(number)
        self.became[number] = what if said is None or what in said else f"{said}; {what}"

    def info(self, message: str, line: int | None = None) -> None:
        """Say how something was read."""
        self.notes.append(Note(INFO, message, line))

    def warn(self, message: str, line: int | None = None) -> None:
        """Say what was not kept, or is unsure."""
        self.notes.append(Note(WARNING, message, line))

    def fail(self, message: str, line: int | None = None) -> None:
        """Say why nothing can be made of it."""
        self.notes.append(Note(ERROR, message, line))

    def close(self, lines: Iterable[Line], joined: Mapping[int, int] = MappingProxyType({})) -> None:
        """Name every line that is neither in the result nor in a note; `joined`: which became part of which other."""
        for number, other in joined.items():
            if not other:
                self.info(_("Only heads a column of a table on paper; it was left out."), number)
            elif other in self.became and number != other:
                self.became.setdefault(number, self.became[other])
        noted = {note.line for note in self.notes}
        for line in lines:
            if line.number not in self.became and line.number not in noted:
                self.warn(
                    _("Not understood, and not in the questionnaire: “%(words)s”.", words=line.text[:80]), line.number
                )
