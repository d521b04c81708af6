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
from questions.counting import Bar as Bar
from questions.counting import Column as Column
from questions.counting import Counts as Counts
from questions.counting import Figure as Figure
from questions.counting import Measure as Measure
from questions.counting import Row as Row
from questions.counting import Shape as Shape
from questions.counting import Tally as Tally
from questions.counting import mean as mean
from questions.counting import median as median
from questions.rules import Rule
from questions.timing import CHOOSING, reading

Answers = dict[str, Any]
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
SILENT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters and half characters
OPTIONS = 100
LABEL = 500
END = "end"  # where a jump leaves the questionnaire
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
    """One thing to choose: the value stored, the words shown, and whether it asks for words of one's own.

    `fixed`: keeps its place when the options are shuffled. `exclusive`: cannot be chosen together with others.
    """

    value: str
    label: str
    text: bool = False
    fixed: bool = False
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """Where the path goes on when a rule holds after an item: the id of a later item or section, or END."""

    rule: Rule
    to: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a version in one language; `settings` is what its kind prepared.

    `rules`: all must hold for it to be asked (its section's and its own). `option_rules`: option value -> when it is
    offered. `number`: as printed, 0 for what is not numbered.
    """

    name: str
    kind: "QuestionType"
    title: str
    help: str = ""
    required: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    jumps: tuple[Jump, ...] = ()
    option_rules: Mapping[str, Rule] = field(default_factory=dict)
    section: str = ""
    shuffle: bool = False
    number: int = 0


class Kind(StrEnum):
    """How the designer asks for one setting of a question type."""

    WORDS = "words"  # one line, translated
    LINES = "lines"  # several lines, translated
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    DAY = "day"
    CLOCK = "clock"
    OPTIONS = "options"  # a list of {v, t, text?, show_if?, fixed?}
    ROWS = "rows"  # a list of {v, t}
    SCALE = "scale"  # {min, max, labels}
    TREE = "tree"  # nested {v, t, options: [...]}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a question type as the designer offers it; `key` is its key in the definition."""

    key: str
    label: Any
    kind: Kind
    help: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()  # for Kind.CHOICE: value, label
    low: int | None = None
    high: int | None = None


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
    """How one kind of question is defined, asked, read, kept, printed, counted and exported."""

    key: str
    label: Any
    hint: Any = ""  # what it is for, one short sentence for the designer's menu
    icon = "question-circle"  # name of an icon, for the designer's menu
    order = 100
    aliases: tuple[str, ...] = ()  # other names a definition may use
    answerable = True  # False: text only, holds no answer, is not numbered
    grouped = True  # several inputs under one legend; False: one input with a label
    comparable = True  # a rule may ask for its value, not only whether it was answered
    # How the page's script reads the answer back out of the inputs, so that it judges what `read` makes:
    # one (id) | list (id, repeated) | rows (id.row, id.row.col) | row_lists (id.row, repeated)
    # | order (id.option = place) | amounts (id.option = number) | levels (id.1, id.2, ...) | fields (id.blank)
    page_shape = "one"
    # every definition may hold these
    keys: tuple[str, ...] = ("id", "type", "title", "help", "required", "show_if", "jumps")
    more_keys: tuple[str, ...] = ()  # and these, for this kind
    settings: tuple[Setting, ...] = ()  # what the designer offers, besides title, help, required and rules

    def claims(self, definition: Mapping[str, Any]) -> bool:
        """Say whether a definition's `type` means this kind."""
        return definition.get("type") in (self.key, *self.aliases)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the settings of a definition, in words."""
        return ()

    def begin(self) -> dict[str, Any]:
        """Return the settings (no id, no title) a new question of this kind begins with, in the current language."""
        return {"type": self.key}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings that reading and drawing need, from a definition that passed `check`."""
        return {}

    def field(self, item: Item) -> UnboundField:
        """Return the WTForms field that asks the item."""
        return QuestionField(item)

    @property
    def template(self) -> str:
        """Return the template whose macros `draw(field)` and `paper(item)` ask the item on a screen and on paper."""
        return f"questions/{self.key}.html"

    def seconds(self, item: Item) -> float:
        """Return how long a usual respondent needs, in seconds: to read all there is to read, and to choose."""
        return reading(item.title, item.help, *self.values(item).values(), *self.parts(item).values()) + CHOOSING

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

    def within(self, answer: Answers, item: Item, offered: frozenset[str]) -> Answers:
        """Return an answer without the options that were not offered to this respondent."""
        given = answer.get(item.name)
        if isinstance(given, list):
            kept = [value for value in given if value in offered]
            chosen = {**answer, item.name: kept} if kept else {}
        else:
            chosen = answer if given in offered else {}
        gone = {f"{item.name}_{value}" for value in self.values(item) if value not in offered}
        return {key: value for key, value in chosen.items() if key not in gone}

    def answer_keys(self, item: Item) -> tuple[str, ...]:
        """Return every answer key the item may use."""
        return (item.name,)

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return the columns a table of responses that is taken in may hold for the item."""
        return self.answer_keys(item)

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return the columns of exports and of the snapshot, stable for a frozen version; () for text only."""
        raise NotImplementedError

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return an answer's cells in the order of `exported`; None where nothing was given."""
        raise NotImplementedError

    def settled(self, counts: Counts, item: Item) -> Item:
        """Return the item with everything its tally takes from the answers, worked out from everybody's counts.

        Where bars are cut by what was answered, the cuts must not move with a part of the answers: two tallies with
        other bars could be subtracted from each other.
        """
        return item

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Return the tally of an item from its counts; nothing is hidden yet."""
        raise NotImplementedError

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the values a rule may name, with their words; empty when they are not a list."""
        return {}

    def parts(self, item: Item) -> Mapping[str, str]:
        """Return the rows, blanks or levels a rule may name with `row`, with their words."""
        return {}

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return an answer in words, for piping it into later texts; "" when there is none."""
        given = answer.get(item.name, "")
        known = self.values(item)
        return _(", ").join(known.get(str(one), str(one)) for one in (given if isinstance(given, list) else [given]))

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
        return self.counted(count(answers, item, skipped=skipped), item)


def count(answers: Iterable[Mapping[str, Any]], item: Item, *, skipped: int = 0) -> Counts:
    """Return the counts of the answers of everybody asked (`{}` for those who gave none), column by column."""
    columns = item.kind.exported(item)
    by: dict[str, dict[Any, int]] = {column.name: {} for column in columns if column.measure is not Measure.TEXT}
    texts: dict[str, list[str]] = {column.name: [] for column in columns if column.measure is Measure.TEXT}
    asked = answered = 0
    for answer in answers:
        asked += 1
        if not answer:
            continue
        answered += 1
        for column, cell in zip(columns, item.kind.cells(answer, item), strict=True):
            if cell is None:
                continue
            if column.measure is Measure.TEXT:
                texts[column.name].append(cell)
            else:
                by[column.name][cell] = by[column.name].get(cell, 0) + 1
    return Counts(asked, answered, skipped, by, {name: tuple(said) for name, said in texts.items()})


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


def bars(options: Sequence[Option], counts: Mapping[Any, int]) -> tuple[Bar, ...]:
    """Return a bar for each option from counts by value."""
    return tuple(Bar(option.value, option.label, counts.get(option.value, 0)) for option in options)


def check_options(listed: Any, what: str, most: int = OPTIONS) -> Iterator[str]:
    """Yield what is wrong with a list of at most `most` {v, t} mappings."""
    if not isinstance(listed, list) or not 1 <= len(listed) <= most:
        yield _("“%(what)s” must be a list of 1 to %(most)s entries", what=what, most=most)
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
    """Return checked {v, t, text, fixed, exclusive} mappings as options."""
    return tuple(
        Option(str(entry["v"]), str(entry["t"]), *(bool(entry.get(key)) for key in ("text", "fixed", "exclusive")))
        for entry in listed
    )


def lines(words: Any) -> list[str]:
    """Return words given as a list, or as text with one a line."""
    return [str(word) for word in words] if isinstance(words, list) else str(words or "").splitlines()


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
