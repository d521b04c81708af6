"""What a report is made of: plain frozen blocks, the same for every format, kept as JSON.

A new block is one dataclass here, named in `BLOCKS`, and one macro of the same name in
`templates/reports/blocks.html`. Texts are plain text in the document's language; nothing in them is
ever read as markup.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from questions.charts import Bars, Columns, Drawing, Heat, Likert


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, 1 (chapter) to 4, without its number: drawing numbers it."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text."""

    text: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One number worth a glance: value with its unit, what it counts, and a quiet note."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Up to four key figures side by side."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A numbered table; `align` holds l, c or r per column, `widths` percentages (empty: measured)."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str = ""
    widths: tuple[int, ...] = ()
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A numbered figure; shares of None in `drawing` were hidden because fewer than `floor` people chose them."""

    caption: str
    drawing: Drawing
    note: str = ""
    floor: int = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words and who said them, told only as far as they agreed."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Quotations, one after the other."""

    items: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short points."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in small print."""

    text: str


@dataclass(frozen=True, slots=True)
class Annex:
    """The beginning of an annex: it has its own page, and what follows belongs to it."""

    title: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers for the document, and the day."""

    organisation: str
    date: date


class Asking(StrEnum):
    """How a question is put on paper."""

    ONE = "one"
    SEVERAL = "several"
    SCALE = "scale"
    MATRIX = "matrix"
    RANK = "rank"
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a paper questionnaire, with its options, or the rows and columns of its grid."""

    number: str
    text: str
    hint: str = ""
    kind: Asking = Asking.ONE
    options: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


BLOCKS = (Heading, Paragraph, KeyFigures, Table, Chart, Quotes, Items, Note, Annex, Signature, Question)
Block = Heading | Paragraph | KeyFigures | Table | Chart | Quotes | Items | Note | Annex | Signature | Question
Style = Literal["gongwen", "summary"]
STYLES: tuple[Style, ...] = get_args(Style)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language: what stands above the text, and the blocks.

    `title` may hold line breaks. `masthead` and `number` make the red head of an official letter;
    `kicker`, `dek` and `key_figures` open a research summary.
    """

    title: str
    organisation: str
    date: date
    language: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    addressee: str = ""
    masthead: str = ""
    number: str = ""
    contents: bool = False
    kicker: str = ""
    dek: str = ""
    key_figures: tuple[KeyFigure, ...] = ()


_KINDS: dict[str, type] = {}


def kind_of(block: object) -> str:
    """Return the name a block, chart or document goes by in JSON and in templates: `key_figures`."""
    return _snake(type(block).__name__)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


_KINDS.update({_snake(each.__name__): each for each in (*BLOCKS, Likert, Bars, Columns, Heat, Document)})


def to_json(value: Any) -> Any:
    """Turn a document, a block, or any part of one into what `json.dumps` takes."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {"block": kind_of(value)} if type(value) in _KINDS.values() else {}
        return named | {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(data: Mapping[str, Any]) -> Any:
    """Turn what `to_json` made back into the document or block it was.

    Raises ValueError when the data is not one of ours, or a part of it is missing or of the wrong kind.
    """
    if not isinstance(data, Mapping) or data.get("block") not in _KINDS:
        raise ValueError("not a block of a report")
    return _build(_KINDS[data["block"]], data)


def _build(kind: type, data: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    given = {name: value for name, value in data.items() if name != "block"}
    if not given.keys() <= known:
        raise ValueError(f"{_snake(kind.__name__)} has no {', '.join(sorted(given.keys() - known))}")
    try:
        return kind(**{name: _read(hints[name], value) for name, value in given.items()})
    except TypeError as error:
        raise ValueError(f"{_snake(kind.__name__)} lacks a part") from error


def _read(hint: Any, value: Any) -> Any:
    """Read one JSON value as the annotated type `hint`."""
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError("a list was expected")
        return tuple(_read(get_args(hint)[0], each) for each in value)
    if origin in (Union, UnionType):
        return _read_union(get_args(hint), value)
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise ValueError(f"{_snake(hint.__name__)} was expected")
        return _build(hint, value)
    return _read_plain(hint, value)


def _read_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None and NoneType in choices:
        return None
    if isinstance(value, Mapping):
        found = from_json(value)
        if type(found) in choices:
            return found
        raise ValueError(f"{kind_of(found)} does not belong here")
    return _read_plain(next(choice for choice in choices if choice is not NoneType), value)


def _read_plain(hint: Any, value: Any) -> Any:
    if hint is date:
        return date.fromisoformat(value)
    if hint is float and type(value) in (int, float):
        return value
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if type(value) is not hint:
        raise ValueError(f"{hint.__name__} was expected")
    return value
