"""What a chart can be, as data: `questions.charts` draws it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words a chart needs, already in the reader's language."""

    hidden: str = "fewer than 5"
    net: str = "Net"


@dataclass(frozen=True, slots=True)
class Row:
    """One statement and the share of each level in percent (None: hidden)."""

    label: str
    shares: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Likert:
    """Levels from worst to best, and the rows that answer them; the middle level straddles zero."""

    levels: tuple[str, ...]
    rows: tuple[Row, ...]
    net: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """One labelled value (None: hidden) with a few quiet words after it, such as a count."""

    label: str
    value: float | None
    note: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars; where some are strong the others are drawn soft."""

    bars: tuple[Bar, ...]
    unit: str = "%"


@dataclass(frozen=True, slots=True)
class Series:
    """One value for every category (None: hidden)."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Upright columns, grouped by category."""

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = "%"


@dataclass(frozen=True, slots=True)
class Heat:
    """A table of shares in percent (None: hidden), the larger the darker: rows that answer the same columns."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Drawing = Likert | Bars | Columns | Heat
