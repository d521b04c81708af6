"""What questions with a list of options share: the options, and words of one's own beside some of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    ESCAPED,
    OPTIONS,
    UTF8,
    Answers,
    Column,
    Counts,
    Item,
    Kind,
    Measure,
    Option,
    QuestionType,
    Sent,
    Setting,
    check_options,
    one,
    options,
    plain,
)

OWN_WORDS = 200
TICKED = {"1", "x", "√", "✓", "是", "true", "yes", "y"}
UNTICKED = {"", "0", "否", "false", "no", "n"}
SHUFFLE = Setting(
    "shuffle",
    lazy("Show the options in random order"),
    Kind.FLAG,
    lazy("Drawn anew on each device and recorded nowhere; options marked “fixed” keep their place."),
)


class Listed(QuestionType):
    """A question about a list of options that are given, none with words of one's own."""

    more_keys: tuple[str, ...] = ("options", "shuffle")
    settings: tuple[Setting, ...] = (Setting("options", lazy("Options"), Kind.OPTIONS), SHUFFLE)
    takes_words = False
    fewest, most = 1, OPTIONS

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the options."""
        listed = definition.get("options")
        wrong = list(check_options(listed, "options", self.most))
        yield from wrong
        if not wrong:
            assert isinstance(listed, list)
            yield from self._check_marks(listed)
        if not isinstance(definition.get("shuffle", False), bool):
            yield _("“%(name)s” must be true or false", name="shuffle")

    def _check_marks(self, listed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        if len(listed) < self.fewest:
            yield _("at least %(least)s options are needed", least=self.fewest)
        for mark in ("text", "fixed", "exclusive"):
            if any(not isinstance(entry.get(mark, False), bool) for entry in listed):
                yield _("“%(name)s” must be true or false", name=mark)
        if not self.takes_words and any(entry.get("text") for entry in listed):
            yield _("options cannot ask for words of one's own here")

    def begin(self) -> dict[str, Any]:
        """Return three options to write over."""
        return {
            "type": self.key,
            "options": [{"v": value, "t": _("Option %(name)s", name=value.upper())} for value in "abc"],
        }

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the options, and their values as a set."""
        listed = options(definition["options"])
        return {
            "options": listed,
            "allowed": frozenset(option.value for option in listed),
            "written": tuple(option for option in listed if option.text),
        }

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the options' values and words."""
        return {option.value: option.label for option in item.settings["options"]}


class Choice(Listed):
    """A question whose options are chosen; an option's words of one's own are kept under <item>_<option>."""

    takes_words = True

    def answer_keys(self, item: Item) -> tuple[str, ...]:
        """Return the item's key and one for each option that takes words."""
        return (item.name, *(f"{item.name}_{option.value}" for option in with_words(item)))

    def own_words(self, sent: Sent, item: Item, chosen: Sequence[str]) -> Answers:
        """Return the words written beside chosen options; those beside others are dropped."""
        words = {
            f"{item.name}_{option.value}": plain(one(sent, f"{item.name}_{option.value}"), OWN_WORDS)
            for option in with_words(item)
            if option.value in chosen
        }
        return {key: text for key, text in words.items() if text}

    def words_in_row(self, row: Mapping[str, Any], item: Item, chosen: Sequence[str]) -> Answers:
        """Return the words a row of a file holds beside chosen options."""
        words = {}
        for option in with_words(item):
            key = f"{item.name}_{option.value}"
            text = plain(str(row.get(key) or ""), OWN_WORDS)
            if text and option.value in chosen:
                words[key] = text
        return words

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return the chosen options in words; words of one's own stand for the option they were written beside."""
        given = answer.get(item.name) or ()
        known = self.values(item)
        chosen = given if isinstance(given, (list, tuple)) else (given,)
        return _(", ").join(answer.get(f"{item.name}_{value}") or known.get(value, "") for value in chosen)

    def words_bytes(self, item: Item, each: int) -> int:
        """Return the most bytes all words of one's own take at `each` bytes a character."""
        return sum(len(item.name) + len(option.value) + 8 + OWN_WORDS * each for option in with_words(item))

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form: every option ticked, every line full."""
        ticks = sum(len(item.name) + len(option.value) + 2 for option in item.settings["options"])
        return ticks + self.words_bytes(item, ESCAPED)

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON: every option chosen, every line full."""
        chosen = sum(len(option.value) + 4 for option in item.settings["options"])
        return len(item.name) + 8 + chosen + self.words_bytes(item, UTF8)

    def text_columns(self, item: Item) -> tuple[Column, ...]:
        """Return a column for each option that takes words of one's own."""
        return tuple(
            Column(f"{item.name}_{option.value}", f"{item.title} – {option.label}", Measure.TEXT)
            for option in with_words(item)
        )

    def text_cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return the words of one's own in the order of `text_columns`."""
        written = item.settings["written"]
        return tuple(answer.get(f"{item.name}_{option.value}") for option in written) if written else ()


def with_words(item: Item) -> tuple[Option, ...]:
    """Return the options that take words of one's own."""
    written: tuple[Option, ...] = item.settings["written"]
    return written


def own_texts(counts: Counts) -> tuple[str, ...]:
    """Return all words of one's own among counts."""
    return tuple(text for texts in counts.texts.values() for text in texts)


def parted(cell: Any, marks: str = "；|┋\n") -> list[str]:
    """Return what a cell lists: a list, or text parted by ; or one of `marks`; raise nothing."""
    if isinstance(cell, (list, tuple)):
        return [str(part) for part in cell if str(part).strip()]
    text = "" if cell is None else str(cell)
    for mark in marks:
        text = text.replace(mark, ";")
    return [part for part in text.split(";") if part.strip()]
