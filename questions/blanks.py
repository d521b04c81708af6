"""Several blanks in one sentence."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.i18n import _, lazy
from questions import amounts
from questions.base import (
    ESCAPED,
    UTF8,
    Column,
    Counts,
    Item,
    Kind,
    Measure,
    Refused,
    Row,
    Sent,
    Setting,
    Shape,
    Tally,
    check_options,
    check_whole,
    one,
    plain,
)
from questions.grids import Grid
from questions.timing import reading

BLANK = re.compile(r"_*(?<!\{)\{([A-Za-z0-9][A-Za-z0-9_.-]{0,39})\}(?!\})_*")
LONGEST, USUAL = 200, 20
SENTENCE = 2000
TEXT, NUMBER = "text", "number"


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: words of at most `longest` characters, or a number within `limits`."""

    value: str
    label: str
    longest: int
    limits: amounts.Limits | None = None

    @property
    def size(self) -> int:
        """Return how many characters wide it is drawn."""
        if self.limits is None:
            return max(4, min(self.longest, 14))
        ends = [amounts.shown(end) for end in (self.limits.low, self.limits.high) if end is not None]
        return min(max((len(end) for end in ends), default=4) + 2 + self.limits.decimals, 12)


class Blanks(Grid):
    """A sentence with {name} for every blank; the answer maps each filled blank to its words or its number."""

    key = "blanks"
    page_shape = "fields"
    label = lazy("Fill in the blanks")
    hint = lazy("One sentence with blanks for words and numbers.")
    icon = "pencil-square"
    order = 64
    aliases = ("fill_in", "cloze")
    more_keys = ("text", "blanks")
    settings = (
        Setting("text", lazy("Sentence"), Kind.LINES, lazy("Write {a} where the blank a stands.")),
        Setting("blanks", lazy("Blanks"), Kind.ROWS, lazy("The name of each blank and what belongs there.")),
    )

    def check(self, definition: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the sentence and its blanks."""
        text, listed = definition.get("text"), definition.get("blanks")
        yield from check_options(listed, "blanks")
        if not isinstance(text, str) or not 1 <= len(text) <= SENTENCE:
            yield _("“text” must be the sentence with its blanks")
            return
        entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        known = [str(entry.get("v")) for entry in entries]
        found = BLANK.findall(text)
        for name in sorted(set(found) - set(known)):
            yield _("“text” has the blank “%(name)s”, which “blanks” does not describe", name=name)
        for name in known:
            if found.count(name) != 1:
                yield _("the blank “%(name)s” must stand in “text” once, as {%(name)s}", name=name)
        for entry in entries:
            yield from _entry_problems(entry)

    def begin(self) -> dict[str, Any]:
        """Return a sentence with a blank for words and one for a number."""
        return {
            "type": self.key,
            "text": _("I have worked in {team} for {years} years."),
            "blanks": [
                {"v": "team", "t": _("Team"), "kind": TEXT},
                {"v": "years", "t": _("Years"), "kind": NUMBER, "min": 0, "max": 60},
            ],
        }

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the blanks as rows, and the sentence in pieces: words and blanks by turns."""
        listed = {str(entry["v"]): _blank(entry) for entry in definition["blanks"]}
        pieces = BLANK.split(definition["text"])
        return {
            "rows": tuple(listed[name] for name in pieces[1::2]),
            "pieces": tuple(listed[piece] if place % 2 else piece for place, piece in enumerate(pieces)),
        }

    def seconds(self, item: Item) -> float:
        """Add the sentence to the reading."""
        return super().seconds(item) + reading(*(piece for piece in item.settings["pieces"] if isinstance(piece, str)))

    def row_sent(self, sent: Sent, name: str, row: Any, item: Item) -> Any:
        """Return what was written in a blank."""
        typed = one(sent, name)
        return plain(typed, row.longest) or None if row.limits is None else amounts.parse(typed, row.limits)

    def row_kept(self, cell: Any, row: Any, item: Item) -> Any:
        """Return the words or the number of a cell."""
        if row.limits is not None:
            return amounts.from_cell(cell, row.limits)
        if isinstance(cell, (dict, list)):
            raise Refused(_("Text is expected here."))
        return plain("" if cell is None else str(cell), row.longest) or None

    def demand(self, item: Item) -> str:
        """Say that blanks are missing."""
        return _("Please fill in every blank.")

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return the sentence with its blanks filled."""
        given = answer.get(item.name)
        if not given:
            return ""
        told = (
            piece if isinstance(piece, str) else _written(given.get(piece.value)) for piece in item.settings["pieces"]
        )
        return "".join(told).strip()

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        each = (
            len(row.value) + 8 + (amounts.STORED if row.limits else row.longest * UTF8) for row in item.settings["rows"]
        )
        return len(item.name) + 10 + sum(each)

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        return sum(
            len(item.name) + len(row.value) + 3 + (amounts.TYPED if row.limits else row.longest) * ESCAPED
            for row in item.settings["rows"]
        )

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column for each blank."""
        return tuple(
            Column(f"{item.name}.{row.value}", f"{item.title} – {row.label}", _measure(row))
            for row in item.settings["rows"]
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return what stands in each blank."""
        given = answer.get(item.name, {})
        return tuple(given.get(row.value) for row in item.settings["rows"])

    def settled(self, counts: Counts, item: Item) -> Item:
        """Return the item with the bars its number blanks will have, from the counts of everybody."""
        at = {row.value: self._cuts(counts, item, row) for row in item.settings["rows"] if row.limits}
        return replace(item, settings={**item.settings, "cuts": at})

    def _cuts(self, counts: Counts, item: Item, row: Blank) -> tuple[int, ...]:
        assert row.limits is not None
        return amounts.cuts([counts.by[f"{item.name}.{row.value}"]], row.limits)

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count every blank on its own: words gathered, numbers in bands."""
        rows = tuple(Row(row.value, row.label, self._row(counts, item, row)) for row in item.settings["rows"])
        return Tally(Shape.GRID, counts.answered, counts.asked - counts.answered, counts.skipped, rows=rows)

    def _row(self, counts: Counts, item: Item, row: Blank) -> Tally:
        name = f"{item.name}.{row.value}"
        if row.limits is None:
            texts = tuple(counts.texts[name])
            return Tally(Shape.TEXTS, len(texts), counts.asked - len(texts), texts=texts)
        settled = item.settings.get("cuts")
        at = self._cuts(counts, item, row) if settled is None else settled[row.value]
        return amounts.tally(counts.by[name], counts.asked, row.limits, at)


def _blank(entry: Mapping[str, Any]) -> Blank:
    number = entry.get("kind") == NUMBER
    longest = entry.get("max_length") or USUAL
    return Blank(str(entry["v"]), str(entry["t"]), longest, amounts.limits(entry) if number else None)


def _entry_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry.get("kind", TEXT) not in (TEXT, NUMBER):
        yield _("the blank “%(name)s” takes either “text” or “number”", name=entry.get("v"))
    for problem in (*check_whole(entry, "max_length", 1, LONGEST), *amounts.check_limits(entry)):
        yield _("the blank “%(name)s”: %(problem)s", name=entry.get("v"), problem=problem)


def _measure(row: Blank) -> Measure:
    return Measure.NUMBER if row.limits else Measure.TEXT


def _written(value: Any) -> str:
    if value is None:
        return "…"
    return value if isinstance(value, str) else amounts.shown(value)
