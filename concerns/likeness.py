"""How like two concerns are, by their words: pure, no database, nothing learned beyond the concerns themselves."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log, log1p, sqrt

from text.languages import detect
from text.segment import terms
from text.thesaurus import themes

LABEL, TERM, PASSAGE, THEME = 3.0, 2.0, 1.0, 1.0  # what a word counts for where it stands
WORDS = 60  # of a concern that are compared: those that tell most
ALIKE = 0.25  # from here on two concerns are taken for the same


@dataclass(frozen=True, slots=True)
class Portrait:
    """A concern as it is compared: `place` says which investigation, `texts` are some of its passages."""

    id: int
    place: int
    label: str
    terms: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two concerns, the smaller id first, and how like they are: from 0 to 1."""

    one: int
    other: int
    share: float


def alike(
    portraits: Sequence[Portrait], *, least: float = ALIKE, tell: Callable[[float], None] | None = None
) -> list[Likeness]:
    """Return pairs of concerns of different places that are at least so like, the likest first.

    `tell` is told after each concern how far reading their words is, from 0 to 1: nearly all the time goes there.
    """
    counted = []
    for done, portrait in enumerate(portraits, start=1):
        counted.append(_words(portrait))
        if tell is not None:
            tell(done / len(portraits))
    vectors = _vectors(counted)
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    found = []
    for at, vector in enumerate(vectors):
        shares: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for other, its in holders[word]:
                shares[other] += weight * its
            holders[word].append((at, weight))
        for other, share in shares.items():
            if share >= least and portraits[other].place != portraits[at].place:
                low, high = sorted((portraits[at].id, portraits[other].id))
                found.append(Likeness(low, high, min(share, 1.0)))
    return sorted(found, key=lambda pair: (-pair.share, pair.one, pair.other))


def _words(portrait: Portrait) -> Counter[str]:
    """Return what the words of a concern count for: those many of its passages share count most."""
    counted: Counter[str] = Counter()
    _add(counted, [portrait.label], LABEL)
    _add(counted, portrait.terms, TERM)
    spoken: Counter[str] = Counter()
    _add(spoken, portrait.texts, PASSAGE)
    number = max(len(portrait.texts), 1)
    for word, times in spoken.items():
        # A word of one passage among many says little; one that half of them share says what they are about.
        counted[word] += log1p(10 * times / number) if times > 1 or number < 3 else 0.2
    return counted


def _add(counted: Counter[str], texts: Iterable[str], weight: float) -> None:
    for text in texts:
        lang = detect(text)
        for word in set(terms(text, lang)):
            counted[word] += weight
        for theme in themes(text, lang):
            counted[f"theme {theme}"] += weight * THEME


def _vectors(counted: Sequence[Counter[str]]) -> list[dict[str, float]]:
    """Return unit vectors; a word that most concerns have weighs little."""
    held = Counter(word for words in counted for word in words)
    vectors = []
    for words in counted:
        weights = ((log1p(count) * log(1 + len(counted) / held[word]), word) for word, count in words.items())
        weighed = {word: weight for weight, word in nlargest(WORDS, weights)}
        length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        vectors.append({word: weight / length for word, weight in weighed.items()})
    return vectors
