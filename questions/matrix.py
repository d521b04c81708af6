"""Several statements rated on one scale, with a way out for whom a statement does not concern."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    LABEL,
    Column,
    Counts,
    Item,
    Kind,
    Measure,
    Option,
    Refused,
    Row,
    Sent,
    Setting,
    Shape,
    Tally,
    bars,
    find,
    mean,
    one,
)
from questions.grids import ROWS, Grid, labels_of
from questions.scale import check_scale, points, rating_figures, satisfaction

NOT_CONCERNED = "na"


class Matrix(Grid):
    """Rows of radio buttons; the answer maps each rated row to its number, or to "na"."""

    key = "matrix"
    page_shape = "rows"
    label = lazy("Rating grid")
    hint = lazy("Several matters rated on the same scale, line by line.")
    icon = "grid"
    order = 50
    aliases = ("grid", "likert_matrix")
    more_keys = ("rows", "scale", "allow_na")
    settings = (
        ROWS,
        Setting("scale", lazy("Scale"), Kind.SCALE),
        Setting(
            "allow_na",
            lazy("Way out"),
            Kind.WORDS,
            lazy("Words for those whom a line does not concern, such as “does not apply”; leave empty for none."),
        ),
    )

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the rows and the scale."""
        yield from super().check(definition)
        yield from check_scale(definition.get("scale"))
        way_out = definition.get("allow_na")
        if way_out is not None and not isinstance(way_out, bool) and len(str(way_out)) > LABEL:
            yield _("“allow_na” must be the words shown, or true or false")

    def begin(self) -> dict[str, Any]:
        """Return two lines on a scale of five."""
        return {"type": self.key, "rows": begun_rows(), "scale": {"min": 1, "max": 5, "labels": satisfaction()}}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the rows and the columns, the way out last."""
        scale = dict(points(definition["scale"]))
        way_out = definition.get("allow_na")
        if way_out:
            words = _("Does not apply") if way_out is True else str(way_out)
            scale["points"] = (*scale["points"], Option(NOT_CONCERNED, words))
            scale["allowed"] = scale["allowed"] | {NOT_CONCERNED}
        return {**super().prepare(definition), **scale, "way_out": bool(way_out)}

    def row_sent(self, sent: Sent, name: str, row: Option, item: Item) -> Any:
        """Return the point chosen."""
        value = one(sent, name)
        if value and value not in item.settings["allowed"]:
            raise Refused(_("Please choose one of the answers shown."))
        return _point(value) if value else None

    def row_kept(self, cell: Any, row: Option, item: Item) -> Any:
        """Return the point a cell names by number or by words."""
        text = "" if cell is None else str(cell).strip().removesuffix(".0")
        return _point(find(text, item.settings["points"])) if text else None

    def row_words(self, given: Any, item: Item) -> str:
        """Return the words of the point."""
        return self.values(item).get(str(given), str(given))

    def demand(self, item: Item) -> str:
        """Say that rows are missing."""
        return _("Please rate every line.")

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the points, which a rule about a row may name."""
        return labels_of(item.settings["points"])

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
        return tuple([rated.get(row.value) for row in item.settings["rows"]])

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count every row on its own; mean, median and top share leave out "does not apply"."""
        rows = tuple(
            Row(row.value, row.label, self._row(counts.by[f"{item.name}.{row.value}"], counts.asked, item))
            for row in item.settings["rows"]
        )
        return Tally(Shape.GRID, counts.answered, counts.asked - counts.answered, counts.skipped, rows=rows)

    def _row(self, given: Mapping[Any, int], asked: int, item: Item) -> Tally:
        rated = {value: times for value, times in given.items() if value != NOT_CONCERNED}
        answered, listed = sum(given.values()), item.settings["points"]
        return Tally(
            Shape.PARTS,
            answered,
            asked - answered,
            bars=bars(listed, {str(value): times for value, times in given.items()}),
            mean=mean(rated),
            rated=sum(rated.values()),
            figures=rating_figures(rated, [point for point in listed if point.value != NOT_CONCERNED]),
        )


def begun_rows() -> list[dict[str, str]]:
    """Return the two lines a new grid begins with, in the current language."""
    return [{"v": f"r{n}", "t": _("Line %(number)s", number=n)} for n in (1, 2)]


def _point(value: str) -> int | str:
    return value if value == NOT_CONCERNED else int(value)
