"""What a kind of question must know about itself.

A new kind is one file here with a `QuestionType`, and its drawing `templates/questions/<key>.html` with a macro
`draw(field)`; the page, the importer, the results, the exports and the generic tests find it in `questions.types`.

An item's answer is a small mapping of answer keys to plain JSON values: usually one key, the item's name;
{"q5": ["park", "other"], "q5_other": "..."} where an option takes text. An empty mapping means "not answered".
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from wtforms import Field
from wtforms.fields.core import UnboundField

from core.i18n import _

Answers = dict[str, Any]
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
SILENT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters and half characters
OPTIONS = 100
LABEL = 500
UTF8 = 4  # bytes a character may take when stored
ESCAPED = 9  # bytes a character may take in a posted form: %E5%AD%97


class Refused(ValueError):
    """An answer that cannot be taken; the message is for the person who gave it."""


class Sent(Protocol):
    """A posted form: several values may have one name."""

    def getlist(self, name: str) -> list[str]:
        """Return every value posted under `name`."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: the value stored, the words shown, and whether it asks for words of one's own."""

    value: str
    label: str
    text: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """When an item is asked: `op` is in, not_in, ==, !=, answered, >= or <= on the answer to an earlier item."""

    item: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a version in one language; `settings` is what its kind prepared."""

    name: str
    kind: "QuestionType"
    title: str
    help: str = ""
    required: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    number: int = 0


class Shape(StrEnum):
    """How counts hang together, which decides how a small one may be hidden."""

    PARTS = "parts"  # the bars add up to those who answered
    MARKS = "marks"  # each bar is between none and all of those who answered
    GRID = "grid"  # several rows, each of parts
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Bar:
    """How many gave one answer; None when the number is hidden."""

    value: str
    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number made from the counts, such as the NPS; None when it is hidden."""

    key: str
    label: Any
    value: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How a question was answered; what every table and chart draws.

    `answered`: those who did (None when too few to say). `missing`: were asked and did not. `skipped`: were not asked.
    `most`: how many marks one person may set (shape MARKS). `rated`: those counted in the mean.
    """

    shape: Shape
    answered: int | None
    missing: int = 0
    skipped: int = 0
    bars: tuple[Bar, ...] = ()
    mean: float | None = None
    rated: int | None = None
    figures: tuple[Figure, ...] = ()
    rows: tuple["Row", ...] = ()
    texts: tuple[str, ...] = ()
    most: int | None = None

    @property
    def hides(self) -> bool:
        """Say whether any number of it is hidden."""
        return (
            self.answered is None
            or any(bar.count is None for bar in self.bars)
            or any(row.tally.hides for row in self.rows)
        )

    def share(self, bar: Bar) -> float | None:
        """Return the bar's share of those who answered in percent, or None when it is hidden."""
        if bar.count is None or not self.answered:
            return None
        return 100 * bar.count / self.answered

    def figure(self, key: str) -> float | None:
        """Return the figure of that name, or None."""
        return next((figure.value for figure in self.figures if figure.key == key), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid and how it was answered."""

    value: str
    label: str
    tally: Tally


class QuestionField(Field):
    """A WTForms field whose one judge is the kind of its item; `data` is the answer, {} when there is none."""

    def __init__(self, item: Item, **options: Any) -> None:
        super().__init__(label=item.title, id=f"q-{item.name}", **options)
        self.item = item
        self.sent: Sent | None = None
        self.data: Answers = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the answer out of a posted form; what cannot be taken becomes an error beside the field."""
        self.sent = formdata
        self.process_errors, self.errors = list[str](), list[str]()
        if formdata is None:
            return
        try:
            self.data = self.item.kind.read(formdata, self.item)
        except Refused as refused:
            self.process_errors = [str(refused)]

    def typed(self, suffix: str = "") -> str:
        """Return what was typed under the item's name and `suffix`, for drawing the page again."""
        return next(iter(self.ticked(suffix)), "")

    def ticked(self, suffix: str = "") -> list[str]:
        """Return every value sent under the item's name and `suffix`."""
        return self.sent.getlist(self.item.name + suffix) if self.sent is not None else []


class QuestionType:
    """How one kind of question is defined, asked, read, kept and counted."""

    key: str
    label: Any
    order = 100
    aliases: tuple[str, ...] = ()  # other names a definition may use
    grouped = True  # several inputs under one legend; False: one input with a label
    comparable = True  # a condition may ask for its value, not only whether it was answered
    keys = ("id", "type", "title", "help", "required", "show_if")  # every definition may hold these
    more_keys: tuple[str, ...] = ()  # and these, for this kind

    def claims(self, definition: Mapping[str, Any]) -> bool:
        """Say whether a definition's `type` means this kind."""
        return definition.get("type") in (self.key, *self.aliases)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the settings of a definition, in words."""
        return ()

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings that reading and drawing need, from a definition that passed `check`."""
        return {}

    def field(self, item: Item) -> UnboundField:
        """Return the WTForms field that asks the item."""
        return QuestionField(item)

    @property
    def template(self) -> str:
        """Return the template whose macro `draw` asks the item."""
        return f"questions/{self.key}.html"

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the answer in a posted form; raise `Refused`."""
        raise NotImplementedError

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the answer in a row of a file, keyed as in `columns`; labels count as values. Raise `Refused`."""
        raise NotImplementedError

    def complete(self, answer: Mapping[str, Any], item: Item) -> bool:
        """Say whether an answer satisfies `required`."""
        return bool(answer)

    def demand(self, item: Item) -> str:
        """Say what is missing when `complete` said no."""
        return _("Please answer this question.")

    def answer_keys(self, item: Item) -> tuple[str, ...]:
        """Return every answer key the item may use."""
        return (item.name,)

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return the columns a table of responses may hold for the item."""
        return self.answer_keys(item)

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the values a condition may name, with their words; empty when they are not a list."""
        return {}

    def bar_of(self, value: str) -> str:
        """Return the bar of the tally that counts an answer's value."""
        return value

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes any answer takes as UTF-8 JSON, keys included."""
        raise NotImplementedError

    def max_sent(self, item: Item) -> int:
        """Return the most bytes any answer takes in a posted form, names included."""
        raise NotImplementedError

    def tally(self, answers: Sequence[Mapping[str, Any]], item: Item, *, skipped: int = 0) -> Tally:
        """Count answers to the item: one mapping for each person asked, `skipped` people were not."""
        raise NotImplementedError


def one(sent: Sent, name: str) -> str:
    """Return the single value posted under `name`, "" when there is none; raise `Refused` for several."""
    values = sent.getlist(name)
    if len(values) > 1:
        raise Refused(_("Please choose only one answer."))
    return values[0].strip() if values else ""


def plain(text: str, limit: int) -> str:
    """Return text without control characters, line ends as \\n; raise `Refused` when longer than `limit`."""
    kept = SILENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(kept) > limit:
        raise Refused(
            _("Please shorten this to %(limit)s characters; it has %(count)s now.", limit=limit, count=len(kept))
        )
    return kept


def bars(options: Sequence[Option], given: Iterable[str]) -> tuple[Bar, ...]:
    """Count how often each option was given."""
    counts: dict[str, int] = {}
    for value in given:
        counts[value] = counts.get(value, 0) + 1
    return tuple(Bar(option.value, option.label, counts.get(option.value, 0)) for option in options)


def check_options(listed: Any, what: str) -> Iterator[str]:
    """Yield what is wrong with a list of {v, t} mappings."""
    if not isinstance(listed, list) or not 1 <= len(listed) <= OPTIONS:
        yield _("“%(what)s” must be a list of 1 to %(most)s entries", what=what, most=OPTIONS)
        return
    seen: set[str] = set()
    for place, entry in enumerate(listed, start=1):
        value = str(entry.get("v", "")) if isinstance(entry, dict) else ""
        label = entry.get("t") if isinstance(entry, dict) else None
        if not VALUE.fullmatch(value):
            yield _(
                "entry %(place)s of “%(what)s” needs a short value “v” of letters and digits", place=place, what=what
            )
        elif value in seen:
            yield _("“%(what)s” has the value “%(value)s” twice", what=what, value=value)
        if not isinstance(label, (str, int, float)) or not 1 <= len(str(label)) <= LABEL:
            yield _("entry %(place)s of “%(what)s” needs its words “t”", place=place, what=what)
        seen.add(value)


def options(listed: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    """Return checked {v, t, text} mappings as options."""
    return tuple(Option(str(entry["v"]), str(entry["t"]), bool(entry.get("text"))) for entry in listed)


def find(wanted: str, among: Sequence[Option]) -> str:
    """Return the value of the option meant by a value or by its words; raise `Refused`."""
    wanted = wanted.strip()
    for option in among:
        if wanted == option.value:
            return option.value
    for option in among:
        if wanted.casefold() == option.label.strip().casefold():
            return option.value
    raise Refused(_("“%(value)s” is not one of the answers to choose from.", value=wanted[:40]))


def check_whole(definition: Mapping[str, Any], name: str, lowest: int, highest: int) -> Iterator[str]:
    """Yield a problem unless the setting is absent or a whole number in the range."""
    value = definition.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest):
        yield _(
            "“%(name)s” must be a whole number from %(lowest)s to %(highest)s",
            name=name,
            lowest=lowest,
            highest=highest,
        )
