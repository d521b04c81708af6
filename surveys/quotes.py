"""What people wrote, as pages of results show it: a few of each question, all of them page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import NotFound
from core.i18n import _
from questions.base import Item, Shape, Tally

FEW, PAGE = 12, 50  # shown of each question beside the others, and on a page of its own


@dataclass(frozen=True, slots=True)
class Quotes:
    """Some of the published texts of an item or of one of its rows; `found` of `total` hold the word looked for."""

    key: str
    label: str
    total: int
    found: int
    texts: tuple[str, ...]
    page: int = 1

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.found // PAGE))


def few(item: Item, tally: Tally, word: str) -> tuple[Quotes, ...]:
    """Return the first texts of each list of a protected tally that hold a word (casefolded; "" for all)."""
    lists = []
    for key, label, texts in _lists(item, tally):
        found = _holding(texts, word)
        lists.append(Quotes(key, label, len(texts), len(found), tuple(found[:FEW])))
    return tuple(lists)


def paged(items: Sequence[tuple[Item, Tally]], key: str, word: str, page: int) -> tuple[Item, Quotes]:
    """Return one page of one list; raise `NotFound` where no such words are published."""
    for item, tally in items:
        for name, label, texts in _lists(item, tally) if key.partition(".")[0] == item.name else ():
            if name == key:
                found = _holding(texts, word)
                page = min(max(page, 1), max(1, -(-len(found) // PAGE)))
                shown = tuple(found[(page - 1) * PAGE : page * PAGE])
                return item, Quotes(key, label, len(texts), len(found), shown, page)
    raise NotFound(_("Nobody’s own words are shown of this question."))


def _lists(item: Item, tally: Tally) -> Iterator[tuple[str, str, Sequence[str]]]:
    if tally.texts:
        yield item.name, "", tally.texts
    for row in tally.rows:
        if row.tally.shape is Shape.TEXTS and row.tally.texts:
            yield f"{item.name}.{row.value}", row.label, row.tally.texts


def _holding(texts: Sequence[str], word: str) -> Sequence[str]:
    return [text for text in texts if word in text.casefold()] if word else texts
