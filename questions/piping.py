"""Piping: `{{q1}}` in a text stands for the words of an earlier answer.

On the page the place is a `<span data-pipe=q1>` that the script fills; without scripts it says which answer is meant.
Answers only ever enter as text: here escaped, in the script through `textContent`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape

from core.i18n import _
from questions.base import Item, Option
from questions.paths import part

PIPE = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]{0,39})\s*\}\}")
ATTRIBUTE = re.compile(r'="[^"]*"')
SPAN = re.compile(r"<span data-pipe=\w+>(.*?)</span>", re.S)
NOTHING = "…"
Words = Callable[[str], str]  # an item's name -> the words to show for it


class Piped(str):
    """A text with its pipes filled; drawn into a page, each is a span that the script finds.

    The span has no quotation marks, so that a text drawn into an attribute stays in it; `unspanned` cleans those.
    """

    markup: Markup

    def __new__(cls, text: str, words: Words) -> "Piped":
        """Fill the pipes of `text`."""
        made = super().__new__(cls, filled(text, words))
        made.markup = Markup("").join(
            Markup("<span data-pipe={}>{}</span>").format(name, words(name)) if name else escape(before)
            for before, name in _pieces(text)
        )
        return made

    def __html__(self) -> str:
        """Return it as HTML."""
        return self.markup


def names(text: str) -> set[str]:
    """Return the items whose answers a text asks for."""
    return set(PIPE.findall(text))


def filled(text: str, words: Words) -> str:
    """Return a text with its pipes replaced by words; pipes within those words are not followed."""
    return PIPE.sub(lambda found: words(found[1]), text)


def announced(items: Sequence[Item]) -> Words:
    """Return words that say which answer is meant: for paper, and for pages without scripts."""
    numbers = {item.name: item.number for item in items}

    def words(name: str) -> str:
        number = numbers.get(name, 0)
        return _("(your answer to question %(number)s)", number=number) if number else NOTHING

    return words


def answered(items: Sequence[Item], kept: Mapping[str, Any]) -> Words:
    """Return the words of the answers kept on the path, "…" for those that are not there."""
    known = {item.name: item for item in items}

    def words(name: str) -> str:
        item = known.get(name)
        own = part(kept, item) if item is not None else {}
        said = item.kind.words(own, item) if item is not None and own else ""
        return filled(said, lambda _name: NOTHING) or NOTHING

    return words


def texts(item: Item) -> Iterator[str]:
    """Yield the texts of an item that may hold pipes: title, help and the words of options and rows."""
    yield item.title
    yield item.help
    for setting in item.settings.values():
        if isinstance(setting, (tuple, list)):
            yield from (entry.label for entry in setting if isinstance(entry, Option))


def drawn(item: Item, words: Words) -> Item:
    """Return an item whose texts have their pipes filled, for drawing."""
    if not any(PIPE.search(text) for text in texts(item)):
        return item
    settings = {key: _setting(setting, words) for key, setting in item.settings.items()}
    return replace(item, title=piped(item.title, words), help=piped(item.help, words), settings=settings)


def piped(text: str, words: Words) -> str:
    """Return a text with its pipes filled, or the text itself when it has none."""
    return Piped(text, words) if PIPE.search(text) else text


def unspanned(page: str) -> str:
    """Return a page whose attributes hold no spans: there, a pipe is its words alone."""
    return ATTRIBUTE.sub(lambda found: SPAN.sub(r"\1", found[0]), page)


def _setting(setting: Any, words: Words) -> Any:
    if not isinstance(setting, (tuple, list)) or not any(isinstance(entry, Option) for entry in setting):
        return setting
    return tuple(
        replace(entry, label=piped(entry.label, words)) if isinstance(entry, Option) else entry for entry in setting
    )


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each pipe as (text, "") and each pipe as ("", name)."""
    place = 0
    for found in PIPE.finditer(text):
        yield text[place : found.start()], ""
        yield "", found[1]
        place = found.end()
    yield text[place:], ""
