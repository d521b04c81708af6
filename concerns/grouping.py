"""Grouping: which of many short texts say the same thing. Pure: texts in, groups out; no database, nothing fetched.

Words that keep the same company get similar vectors; a text is the sum of its words and, while texts are few, of the
themes of `text.thesaurus`; each text is tied to its nearest neighbours, and Leiden's method finds the communities of
that graph. `bench/grouping.py` prints how well that does on labelled texts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from concerns.describing import describe
from text.reading import Reading, read
from text.segment import characters
from text.thesaurus import known_themes
from text.vocabulary import NONE, Vocabulary

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse as sp

Progress = Callable[[float], None]
Mapped = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
Vectors = Callable[[Sequence[str]], "np.ndarray"]

_CHUNK = 2_000
_SHORT_TEXT = 25
_EXACT_BELOW = 20_000
_REFINED_FROM = 1_000
_THEMES_FADE_AT = 500
_MOST_THEME_WEIGHT = 2.0
_LEAST_THEME_WEIGHT = 0.1
_LEXICAL_SHARE = 0.8
_LEXICAL_NEIGHBOURS = 10
_SMALL_COLLECTION = 60


@dataclass(frozen=True, slots=True)
class Grouped:
    """One group; rows count from 0 into the texts given.

    `quotes` are rows that stand for the group, the most telling first. `parent` is the place in `Grouping.groups` of
    the largest group of the same family; None for that group itself.
    """

    label: str
    terms: tuple[str, ...]
    summary: str
    quotes: tuple[int, ...]
    rows: tuple[int, ...]
    parent: int | None


@dataclass(frozen=True, slots=True)
class Grouping:
    """Every row once: in one of the groups, largest first, or ungrouped."""

    groups: tuple[Grouped, ...]
    ungrouped: tuple[int, ...]


@dataclass(slots=True)
class _Distinct:
    """The distinct texts worth grouping, in an order that does not depend on the order of the rows."""

    texts: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)


def group(
    texts: Sequence[str],
    *,
    lang: str = "auto",
    progress: Progress | None = None,
    seed: int = 0,
    vocabulary: Vocabulary | None = None,
    vectors: Vectors | None = None,
    mapped: Mapped = map,
) -> Grouping:
    """Group the texts that say the same thing; texts that say nothing (无, N/A, blank) stay ungrouped.

    `lang` is "zh", "en" or "auto": each text by itself, both languages in one space. `progress` is told shares of 1.
    `vocabulary` holds an organisation's own words. `vectors` gives texts their vectors (float32, texts x dimensions) in
    place of those learned here. `mapped` is `map` or does the same elsewhere; results must come in order. The same
    texts give the same groups in whatever order they come.
    """
    tell = progress or _silent
    own = vocabulary or NONE
    distinct = _distinct(texts, partial(read, lang=lang, vocabulary=own), mapped, tell)
    tell(0.3)
    gathered = _gather(distinct, vectors, seed, tell)
    tell(0.7)
    groups = tuple(_described(distinct, gathered, own, tell))
    grouped = {row for each in groups for row in each.rows}
    tell(1.0)
    return Grouping(groups, tuple(row for row in range(len(texts)) if row not in grouped))


def _silent(share: float) -> None:
    return


def _bare(text: str) -> str:
    """A text as it counts for sameness: letters and digits only, in lower case."""
    return "".join(filter(str.isalnum, text.casefold()))


def _distinct(
    texts: Sequence[str], reader: Callable[..., list[Reading | None]], mapped: Mapped, tell: Progress
) -> _Distinct:
    rows_by_wording: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows_by_wording.setdefault(_bare(text), []).append(row)
    rows_by_wording.pop("", None)
    sets = [rows for _, rows in sorted(rows_by_wording.items())]
    shown = [min(texts[row] for row in rows) for rows in sets]
    reader = partial(reader, worded=len(shown) <= _EXACT_BELOW, themed=bool(_theme_weight(len(shown))))
    chunks = (shown[at : at + _CHUNK] for at in range(0, len(shown), _CHUNK))
    readings = chain.from_iterable(mapped(reader, chunks))
    distinct = _Distinct()
    for number, (text, reading, rows) in enumerate(zip(shown, readings, sets, strict=True)):
        if reading is not None:
            distinct.texts.append(text)
            distinct.readings.append(reading)
            distinct.rows.append(rows)
        if number % _CHUNK == 0:
            tell(0.3 * number / len(shown))
    return distinct


class _Features:
    """What is known of texts together.

    `vectors` tell topics and `shared` (sparse, unit length, for collections that allow comparing all with all) shared
    words; `counts` (sparse) holds both kinds of words.
    """

    def __init__(self, distinct: _Distinct, vectors: Vectors | None, seed: int) -> None:
        # numpy, scipy and scikit-learn take seconds to import; a page that imports this module must not pay for it.
        import numpy as np
        import scipy.sparse as sp
        from sklearn.preprocessing import normalize

        from text.vectors import Space, shared_words

        size = len(distinct.texts)
        space = Space(_with_characters(distinct.readings), seed)
        topics = normalize(vectors(distinct.texts)) if vectors else space.vectors(space.counts)
        words = shared_words([reading.wordings for reading in distinct.readings]) if size <= _EXACT_BELOW else None
        self.counts = sp.hstack([space.counts, words]).tocsr() if words is not None else space.counts
        weight = _theme_weight(size)
        if weight and words is not None:
            matrix = normalize(_theme_strengths(distinct.readings)) * np.float32(np.sqrt(weight))
            topics = normalize(np.hstack([topics, matrix]))
            words = normalize(sp.hstack([words, sp.csr_matrix(matrix)]).tocsr())
        self.vectors = topics
        self.shared = words


def _theme_weight(size: int) -> float:
    """Themes known beforehand matter while texts are few, then what the texts themselves teach takes over."""
    weight = min(_MOST_THEME_WEIGHT, _THEMES_FADE_AT / max(size, 1))
    return weight if weight >= _LEAST_THEME_WEIGHT else 0.0


def _theme_strengths(readings: Sequence[Reading]) -> "np.ndarray":
    import numpy as np

    columns = {key: column for column, key in enumerate(sorted({**known_themes("zh"), **known_themes("en")}))}
    strengths = np.zeros((len(readings), len(columns)), np.float32)
    for row, reading in enumerate(readings):
        for key, strength in reading.themes.items():
            strengths[row, columns[key]] = strength
    return strengths


def _with_characters(readings: Sequence[Reading]) -> list[list[str]]:
    """The terms of each text; short Chinese texts also meet by single characters."""
    lengths = sorted(len(reading.terms) for reading in readings)
    if lengths and lengths[len(lengths) // 2] > _SHORT_TEXT:
        return [reading.terms for reading in readings]
    return [
        reading.terms + characters(reading.terms) if reading.lang == "zh" else reading.terms for reading in readings
    ]


def _gather(
    distinct: _Distinct, vectors: Vectors | None, seed: int, tell: Progress
) -> list[tuple[int, list[int], list[int]]]:
    """The groups: family number, distinct texts (most central first) and rows of each, largest first."""
    if len(distinct.texts) < 2:
        return [(0, [0], distinct.rows[0])] if distinct.rows and len(distinct.rows[0]) > 1 else []
    # numpy, scipy and scikit-learn take seconds to import; a page that imports this module must not pay for it.
    from threadpoolctl import threadpool_limits

    from text.communities import communities, families
    from text.refinement import refine

    # The many small products here are slower on several threads, which wait for each other, than on one.
    with threadpool_limits(1, "blas"):
        features = _Features(distinct, vectors, seed)
        tell(0.4)
        ties = _ties(features, seed)
    tell(0.5)
    labels, coarse = communities(ties, seed, lambda share: tell(0.5 + 0.2 * share))
    if _REFINED_FROM <= len(labels) <= _EXACT_BELOW:
        labels = refine(labels, features.counts, ties)
    family = families(labels, coarse)
    members: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        members.setdefault(int(label), []).append(place)
    least = 2 if sum(map(len, distinct.rows)) < _SMALL_COLLECTION else 3
    groups = []
    for label, places in members.items():
        rows = sorted(row for place in places for row in distinct.rows[place])
        if len(rows) >= least:
            groups.append((int(family[label]), _central_first(features.vectors, places), rows))
    return sorted(groups, key=lambda each: (-len(each[2]), distinct.texts[min(each[1])]))


def _ties(features: _Features, seed: int) -> "sp.csr_matrix":
    """The graph of texts: nearest by topic, and for collections that allow comparing all with all, by shared words."""
    import numpy as np

    from text.neighbours import blend, graph, nearest, nearest_by_lists, nearest_sparse

    size = len(features.vectors)
    count = min(int(np.clip(round(1.5 * np.log2(size) - 4), 6, 15)), size - 1)
    if features.shared is None:
        return graph(*nearest_by_lists(features.vectors, count, seed), power=3)
    topical = graph(*nearest(features.vectors, count), power=3)
    verbal = graph(*nearest_sparse(features.shared, min(_LEXICAL_NEIGHBOURS, size - 1)), power=1)
    return blend(topical, verbal, _LEXICAL_SHARE)


def _central_first(vectors: "np.ndarray", places: list[int]) -> list[int]:
    centre = vectors[places].mean(axis=0)
    likeness = vectors[places] @ centre
    return [
        places[at] for at in sorted(range(len(places)), key=lambda at: (-round(float(likeness[at]), 6), places[at]))
    ]


def _described(
    distinct: _Distinct, gathered: list[tuple[int, list[int], list[int]]], vocabulary: Vocabulary, tell: Progress
) -> Iterator[Grouped]:
    """The groups in words, those that nothing names left out."""
    places = [each for _, each, _ in gathered]
    told = describe(distinct.texts, distinct.readings, places, vocabulary, lambda share: tell(0.7 + 0.3 * share))
    heads: dict[int, int] = {}
    kept = [(*group, words) for group, words in zip(gathered, told, strict=True) if words]
    for number, (family, _, rows, words) in enumerate(kept):
        quotes = tuple(distinct.rows[place][0] for place in words.quotes)
        yield Grouped(words.label, words.terms, words.summary, quotes, tuple(rows), heads.get(family))
        heads.setdefault(family, number)
