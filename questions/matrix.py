"""Several statements rated on one scale, with a way out for whom a statement does not concern."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    LABEL,
    Answers,
    Column,
    Counts,
    Item,
    Measure,
    Option,
    QuestionType,
    Refused,
    Row,
    Sent,
    Shape,
    Tally,
    bars,
    check_options,
    find,
    mean,
    one,
    options,
)
from questions.scale import check_scale, points

NOT_CONCERNED = "na"


class Matrix(QuestionType):
    """Rows of radio buttons; the answer maps each rated row to its number, or to "na"."""

    key = "matrix"
    label = lazy("Rating grid")
    order = 50
    aliases = ("grid", "likert_matrix")
    more_keys = ("rows", "scale", "allow_na")
    comparable = False

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the rows and the scale."""
        yield from check_options(definition.get("rows"), "rows")
        yield from check_scale(definition.get("scale"))
        way_out = definition.get("allow_na")
        if way_out is not None and not isinstance(way_out, bool) and not 1 <= len(str(way_out)) <= LABEL:
            yield _("“allow_na” must be the words shown, or true or false")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the rows and the columns, the way out last."""
        scale = dict(points(definition["scale"]))
        way_out = definition.get("allow_na")
        if way_out:
            words = _("Does not apply") if way_out is True else str(way_out)
            scale["points"] = (*scale["points"], Option(NOT_CONCERNED, words))
            scale["allowed"] = scale["allowed"] | {NOT_CONCERNED}
        return {**scale, "rows": options(definition["rows"]), "way_out": bool(way_out)}

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the rated rows."""
        rated: dict[str, Any] = {}
        for row in item.settings["rows"]:
            value = one(sent, f"{item.name}.{row.value}")
            if value and value not in item.settings["allowed"]:
                raise Refused(_("Please choose one of the answers shown."))
            if value:
                rated[row.value] = _point(value)
        return {item.name: rated} if rated else {}

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the rows a mapping, or columns named item.row, rate by number or by words."""
        whole = value.get(item.name)
        if whole is not None and whole != "" and not isinstance(whole, dict):
            raise Refused(_("Ratings by row are expected here."))
        known = {row.value for row in item.settings["rows"]}
        unknown = set(whole or {}) - known
        if unknown:
            raise Refused(_("There is no row “%(row)s”.", row=str(min(unknown))[:40]))
        rated: dict[str, Any] = {}
        for row in item.settings["rows"]:
            cell = (whole or {}).get(row.value, value.get(f"{item.name}.{row.value}"))
            text = "" if cell is None else str(cell).strip().removesuffix(".0")
            if text:
                rated[row.value] = _point(find(text, item.settings["points"]))
        return {item.name: rated} if rated else {}

    def complete(self, answer: Mapping[str, Any], item: Item) -> bool:
        """Say whether every row was rated."""
        return len(answer.get(item.name, ())) == len(item.settings["rows"])

    def demand(self, item: Item) -> str:
        """Say that rows are missing."""
        return _("Please rate every line.")

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return one column for each row."""
        return (item.name, *(f"{item.name}.{row.value}" for row in item.settings["rows"]))

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        return len(item.name) + 10 + sum(len(row.value) + 12 for row in item.settings["rows"])

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        return sum(len(item.name) + len(row.value) + 8 for row in item.settings["rows"])

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column for each row: numbers with the words of the points, "na" where it does not apply."""
        labels = {_point(point.value): point.label for point in item.settings["points"]}
        return tuple(
            Column(f"{item.name}.{row.value}", f"{item.title} – {row.label}", Measure.ORDINAL, labels)
            for row in item.settings["rows"]
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return each row's point."""
        rated = answer.get(item.name, {})
        return tuple(rated.get(row.value) for row in item.settings["rows"])

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count every row on its own; the mean leaves out "does not apply"."""
        rows = tuple(
            Row(row.value, row.label, self._row(counts.by[f"{item.name}.{row.value}"], counts.asked, item))
            for row in item.settings["rows"]
        )
        return Tally(Shape.GRID, counts.answered, counts.asked - counts.answered, counts.skipped, rows=rows)

    def _row(self, given: Mapping[Any, int], asked: int, item: Item) -> Tally:
        rated = {value: times for value, times in given.items() if value != NOT_CONCERNED}
        answered = sum(given.values())
        return Tally(
            Shape.PARTS,
            answered,
            asked - answered,
            bars=bars(item.settings["points"], {str(value): times for value, times in given.items()}),
            mean=mean(rated),
            rated=sum(rated.values()),
        )

    def parts(self, item: Item) -> Mapping[str, str]:
        """Return the rows."""
        return {row.value: row.label for row in item.settings["rows"]}


def _point(value: str) -> int | str:
    return value if value == NOT_CONCERNED else int(value)
