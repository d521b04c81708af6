"""What single and multiple choice share: options, and words of one's own beside some of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from questions.base import (
    ESCAPED,
    UTF8,
    Answers,
    Column,
    Counts,
    Item,
    Measure,
    Option,
    QuestionType,
    Sent,
    check_options,
    one,
    options,
    plain,
)

OWN_WORDS = 200


class Choice(QuestionType):
    """A question with a list of options; the option's words of one's own are kept under <item>_<option>."""

    more_keys: tuple[str, ...] = ("options",)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the options."""
        yield from check_options(definition.get("options"), "options")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the options, and their values as a set."""
        listed = options(definition["options"])
        return {"options": listed, "allowed": frozenset(option.value for option in listed)}

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the options' values and words."""
        return {option.value: option.label for option in item.settings["options"]}

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
        return tuple(answer.get(f"{item.name}_{option.value}") for option in with_words(item))


def with_words(item: Item) -> list[Option]:
    """Return the options that take words of one's own."""
    return [option for option in item.settings["options"] if option.text]


def own_texts(counts: Counts) -> tuple[str, ...]:
    """Return all words of one's own among counts."""
    return tuple(text for texts in counts.texts.values() for text in texts)
