"""Grouping: which of many short texts say the same thing. Pure: texts in, groups out; no database, nothing fetched.

Words that keep the same company get similar vectors; a text is the sum of its words and, while texts are few, of the
themes of `text.thesaurus`; each text is tied to its nearest neighbours, and Leiden's method finds the communities of
that graph. `bench/grouping.py` prints how well that does on labelled texts.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from text.clauses import says_nothing
from text.languages import detect
from text.segment import Language, characters, terms, wordings
from text.thesaurus import known_themes, themes

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse as sp

Progress = Callable[[float], None]

_READ = 4_000
_SHORT_TEXT = 25
_EXACT_BELOW = 20_000
_THEMES_FADE_AT = 500
_LEAST_THEME_WEIGHT = 0.1
_LEXICAL_SHARE = 0.8
_LEXICAL_NEIGHBOURS = 10
_SMALL_COLLECTION = 60
_LABELLED_TEXTS = 60
_TERMS = 5
_NAMES_A_GROUP = 0.4
_QUOTES = 5
_SUMMARY_SENTENCES = 2


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
    langs: list[Language] = field(default_factory=list)
    terms: list[list[str]] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)


def group(texts: Sequence[str], *, lang: str = "auto", progress: Progress | None = None, seed: int = 0) -> Grouping:
    """Group the texts that say the same thing; texts that say nothing (无, N/A, blank) stay ungrouped.

    `lang` is "zh", "en" or "auto": each text by itself, both languages in one space. `progress` is told shares of 1.
    The same texts give the same groups in whatever order they come.
    """
    tell = progress or _silent
    distinct = _distinct(texts, lang)
    tell(0.1)
    gathered = _gather(distinct, seed, tell)
    tell(0.7)
    groups = _describe(distinct, gathered, tell)
    grouped = {row for each in groups for row in each.rows}
    tell(1.0)
    return Grouping(groups, tuple(row for row in range(len(texts)) if row not in grouped))


def _silent(share: float) -> None:
    return


def _language(text: str, lang: str) -> Language:
    if lang == "zh":
        return "zh"
    return "en" if lang == "en" else detect(text[:_READ])


def _terms(text: str, lang: Language) -> list[str]:
    return terms(text[:_READ], lang)


def _bare(text: str) -> str:
    """A text as it counts for sameness: letters and digits only, in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _worth_grouping(text: str) -> bool:
    return bool(_bare(text[:_READ])) and not (len(text) < 60 and says_nothing(text))


def _distinct(texts: Sequence[str], lang: str) -> _Distinct:
    rows_by_wording: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        if _worth_grouping(text):
            rows_by_wording.setdefault(_bare(text), []).append(row)
    distinct = _Distinct()
    for _, rows in sorted(rows_by_wording.items()):
        text = min(texts[row] for row in rows)
        language = _language(text, lang)
        found = _terms(text, language)
        if found or themes(text[:_READ], language):
            distinct.texts.append(text)
            distinct.langs.append(language)
            distinct.terms.append(found)
            distinct.rows.append(rows)
    return distinct


class _Features:
    """Vectors of texts: `vectors` tell topics, `shared` (sparse, unit length) tells shared words."""

    def __init__(self, texts: Sequence[str], langs: Sequence[Language], found: Sequence[list[str]], seed: int) -> None:
        # numpy, scipy and scikit-learn take seconds to import; a page that imports this module must not pay for it.
        import numpy as np
        import scipy.sparse as sp
        from sklearn.preprocessing import normalize

        from text.vectors import Space, shared_words

        space = Space(_with_characters(found, langs), seed)
        topics = space.vectors(space.counts)
        words = shared_words([wordings(text[:_READ], lang) for text, lang in zip(texts, langs, strict=True)])
        weight = _theme_weight(len(texts))
        if weight:
            matrix = normalize(_theme_counts(texts, langs)) * np.float32(np.sqrt(weight))
            topics = normalize(np.hstack([topics, matrix]))
            words = normalize(sp.hstack([words, sp.csr_matrix(matrix)]).tocsr())
        self.vectors = topics
        self.shared = words


def _theme_weight(size: int) -> float:
    """Themes known beforehand matter while texts are few, then what the texts themselves teach takes over."""
    weight = min(1.0, _THEMES_FADE_AT / max(size, 1))
    return weight if weight >= _LEAST_THEME_WEIGHT else 0.0


def _theme_counts(texts: Sequence[str], langs: Sequence[Language]) -> "np.ndarray":
    import numpy as np

    columns = {key: column for column, key in enumerate(sorted({**known_themes("zh"), **known_themes("en")}))}
    counts = np.zeros((len(texts), len(columns)), np.float32)
    for row, (text, lang) in enumerate(zip(texts, langs, strict=True)):
        for key, number in themes(text[:_READ], lang).items():
            counts[row, columns[key]] = number
    return counts


def _with_characters(found: Sequence[list[str]], langs: Sequence[Language]) -> list[list[str]]:
    """Short Chinese texts also meet by single characters."""
    lengths = sorted(len(each) for each in found)
    if lengths and lengths[len(lengths) // 2] > _SHORT_TEXT:
        return list(found)
    return [each + characters(each) if lang == "zh" else each for each, lang in zip(found, langs, strict=True)]


def _gather(distinct: _Distinct, seed: int, tell: Progress) -> list[tuple[int, list[int], list[int]]]:
    """The groups: family number, distinct texts (most central first) and rows of each, largest first."""
    if len(distinct.texts) < 2:
        return [(0, [0], distinct.rows[0])] if distinct.rows and len(distinct.rows[0]) > 1 else []
    # numpy, scipy and scikit-learn take seconds to import; a page that imports this module must not pay for it.
    from text.communities import communities

    features = _Features(distinct.texts, distinct.langs, distinct.terms, seed)
    tell(0.3)
    ties = _ties(features, seed)
    tell(0.5)
    labels, family = communities(ties, seed)
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
    if size > _EXACT_BELOW:
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


def _describe(
    distinct: _Distinct, gathered: list[tuple[int, list[int], list[int]]], tell: Progress
) -> tuple[Grouped, ...]:
    """Labels, summaries and quotes for the groups; each label is used once."""
    if not gathered:
        return ()
    # TextBlob and scikit-learn take seconds to import; a page that imports this module must not pay for it.
    from text.labels import label_terms, phrases

    shown = [places[:_LABELLED_TEXTS] for _, places, _ in gathered]
    named = [[phrases(distinct.texts[place], distinct.langs[place]) for place in places] for places in shown]
    everywhere = Counter(phrase for group_phrases in named for found in group_phrases for phrase in found)
    total = sum(map(len, shown))
    heads: dict[int, int] = {}
    labels = _labels(distinct, shown, [label_terms(found, everywhere, total, _TERMS) for found in named], named)
    groups: list[Grouped] = []
    for number, (family, places, rows) in enumerate(gathered):
        label, label_parts = labels[number]
        if label is None:
            continue
        parent = heads.get(family)
        heads.setdefault(family, len(groups))
        summary, quotes = _summary(distinct, places[:_LABELLED_TEXTS])
        groups.append(Grouped(label, label_parts, summary, quotes, tuple(rows), parent))
        tell(0.7 + 0.3 * (number + 1) / len(gathered))
    return tuple(groups)


def _labels(
    distinct: _Distinct,
    shown: Sequence[Sequence[int]],
    ranked: Sequence[tuple[str, ...]],
    named: Sequence[Sequence[frozenset[str]]],
) -> list[tuple[str | None, tuple[str, ...]]]:
    """A label and its terms for each group; no label twice.

    A phrase that many of the texts share names the group; failing that, the theme most of them belong to; failing that,
    the best phrase. Different texts that nothing names have nothing in common: their label is None.
    """
    used: set[str] = set()
    labels: list[tuple[str | None, tuple[str, ...]]] = []
    for places, phrases_ranked, found in zip(shown, ranked, named, strict=True):
        common = [term for term in phrases_ranked if _share(term, found) >= _NAMES_A_GROUP]
        alone = [_opening(distinct.texts[places[0]])] if len(places) == 1 else []
        wishes = [*common, *_theme_name(distinct, places), *phrases_ranked, *alone]
        numbered = [f"{wishes[0]} {number}" for number in range(2, len(shown) + 2)] if wishes else []
        label = next((wish for wish in [*wishes, *numbered] if wish not in used), None)
        used.add(label or "")
        labels.append((label, phrases_ranked or tuple(wishes[:1])))
    return labels


def _share(term: str, found: Sequence[frozenset[str]]) -> float:
    return sum(term in phrases for phrases in found) / len(found)


def _theme_name(distinct: _Distinct, places: Sequence[int]) -> list[str]:
    """The name of the theme at least half of the texts belong to, if there is one."""
    found = Counter(key for place in places for key in themes(distinct.texts[place][:_READ], distinct.langs[place]))
    if not found:
        return []
    key, number = min(found.items(), key=lambda each: (-each[1], each[0]))
    mostly: Language = Counter(distinct.langs[place] for place in places).most_common(1)[0][0]
    return [known_themes(mostly)[key].name] if number * 2 >= len(places) and key in known_themes(mostly) else []


def _opening(text: str) -> str:
    """The beginning of a text, when nothing better names its group."""
    return " ".join(text.split())[:24]


def _summary(distinct: _Distinct, places: list[int]) -> tuple[str, tuple[int, ...]]:
    """The most telling sentences of a group's texts, and the rows to quote: a real passage each, no two alike."""
    from text.summary import summarise

    sentences = summarise([distinct.texts[place][:_READ] for place in places], count=_QUOTES + _SUMMARY_SENTENCES)
    mostly_chinese = sum(distinct.langs[place] == "zh" for place in places) * 2 >= len(places)
    joined = ("；" if mostly_chinese else " ").join(
        sentence.text.strip("。；; ") if mostly_chinese else sentence.text
        for sentence in sentences[:_SUMMARY_SENTENCES]
    )
    rows = [distinct.rows[places[sentence.row]][0] for sentence in sentences]
    return joined, tuple(dict.fromkeys(rows))[:_QUOTES]
