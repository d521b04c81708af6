"""Describing: how a group of texts is called, summed up and quoted, in the words of those who wrote them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from text.reading import LONGEST, Reading
from text.segment import HAN, Language
from text.thesaurus import known_themes, themes
from text.vocabulary import Vocabulary

_LABELLED_TEXTS = 60
_LABELLED_IN_ALL = 2_500
_FEWEST_LABELLED = 12
_TERMS = 5
_NAMES_A_GROUP = 0.5
_NAMES_SOME = 0.25
_SHORT_THEME = 4
_FULLER = 0.3  # of a word's texts that must have a longer phrase around it for that phrase to stand for it
_CLOSE = 0.35  # of a word's texts that must have another one too for both to make the label before the theme does,
_NEAR = 0.2  # and after it
_THEMED_UP_TO = 5_000  # texts: with more of them the words of a theme are met by chance
_LIKELIER = 2.0
_TRIED = 3
_QUOTES = 5
_SUMMARY_SENTENCES = 2
_BEGINNING = 24


@dataclass(frozen=True, slots=True)
class Described:
    """A group in words; `quotes` are places of texts that stand for it, the most telling first."""

    label: str
    terms: tuple[str, ...]
    summary: str
    quotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Named:
    """What a group could be called by: its best terms, the phrases of each text, and in how many each occurs."""

    terms: tuple[str, ...]
    found: list[frozenset[str]]
    counts: Counter[str]
    theme: str
    texts: list[str]


def describe(
    texts: Sequence[str],
    readings: Sequence[Reading],
    groups: Sequence[Sequence[int]],
    vocabulary: Vocabulary,
    tell: Callable[[float], None],
) -> list[Described | None]:
    """Put each group (places of its texts, the most central first) into words; no label twice, whatever its capitals.

    A phrase that many of the texts share names the group, with what is said about it where it is one short word;
    failing that, the theme most of them belong to; failing that, the best phrase. Different texts that nothing names
    have nothing in common: None. `tell` is told shares of 1.
    """
    if not groups:
        return []
    # TextBlob and scikit-learn take seconds to import; a page that imports this module must not pay for it.
    from text.labels import as_said, phrases

    most = max(_FEWEST_LABELLED, min(_LABELLED_TEXTS, _LABELLED_IN_ALL // len(groups)))
    shown = [places[:most] for places in groups]
    found = []
    for number, places in enumerate(shown):
        found.append([phrases(texts[place][:LONGEST], readings[place].lang, vocabulary) for place in places])
        tell(0.5 * number / len(shown))
    themed = _theme_names(texts, readings, shown)
    described: list[Described | None] = []
    used: set[str] = set()
    for number, named in enumerate(_named(texts, shown, found, themed)):
        label = _unused(_wishes(named), named.texts, used)
        summary, quotes = _summary(texts, readings, shown[number]) if label else ("", ())
        terms = tuple(as_said(term, named.texts) for term in named.terms) or (label or "",)
        described.append(Described(label, terms, summary, quotes) if label else None)
        tell(0.5 + 0.5 * (number + 1) / len(shown))
    return described


def _named(
    texts: Sequence[str], shown: Sequence[Sequence[int]], found: Sequence[list[frozenset[str]]], themed: Sequence[str]
) -> Iterator[_Named]:
    from text.labels import label_terms

    everywhere = Counter(phrase for group in found for phrases in group for phrase in phrases)
    total = sum(map(len, shown))
    for places, group, theme in zip(shown, found, themed, strict=True):
        terms = label_terms(group, everywhere, total, _TERMS)
        yield _Named(terms, group, Counter(chain.from_iterable(group)), theme, [texts[place] for place in places])


def _wishes(named: _Named) -> Iterator[str]:
    """What a group may be called, the best first."""
    from text.labels import is_bare, names_anything

    telling = [term for term in named.terms if not names_anything(term)]
    common = [term for term in telling if named.counts[term] >= _NAMES_A_GROUP * len(named.found)]
    yield from (term for term in common if not is_bare(term))
    for term in common:
        yield from _fuller(term, named)
        yield from _joined(term, named, _CLOSE)
    if named.theme and not _one_word(named.theme):
        yield named.theme
    longer = [term for term in telling if not is_bare(term)]
    yield from (term for term in longer if named.counts[term] >= _NAMES_SOME * len(named.found))
    for term in telling:
        if named.counts[term] >= _NAMES_SOME * len(named.found):
            yield from _fuller(term, named)
            yield from _joined(term, named, _NEAR)
    yield from common
    yield from longer
    if named.theme and not _one_word(named.theme):
        yield from (_both(named.theme, term) for term in telling)
    yield from telling
    if named.theme:
        yield named.theme
    if len(named.texts) == 1:
        yield " ".join(named.texts[0].split())[:_BEGINNING]
    yield from named.terms


def _one_word(theme: str) -> bool:
    return "与" not in theme and len(theme) < _SHORT_THEME


def _fuller(term: str, named: _Named) -> list[str]:
    """The phrase around a short word that enough of its texts have."""
    from text.labels import is_bare

    if not is_bare(term):
        return []
    least = max(2, _FULLER * named.counts[term])
    around = [phrase for phrase in named.counts if _extends(phrase, term) and named.counts[phrase] >= least]
    return sorted(around, key=lambda phrase: (-named.counts[phrase], -len(phrase), phrase))[:1]


def _extends(phrase: str, term: str) -> bool:
    if HAN.search(term):
        return term in phrase and len(phrase) >= len(term) + 2
    return term in phrase.split() and term != phrase


def _joined(term: str, named: _Named, share: float) -> list[str]:
    """A short word and what stands beside it in enough of its texts."""
    from text.labels import alike, is_bare, names_anything, said_together

    if not is_bare(term):
        return []
    beside = Counter(chain.from_iterable(phrases for phrases in named.found if term in phrases))
    least = max(2, share * named.counts[term])
    fit = [
        phrase
        for phrase in beside
        if beside[phrase] >= least and not names_anything(phrase) and not alike(phrase, term)
    ]
    # What is said of this thing rather than of everything in the group, and the better term of two as frequent.
    order = {phrase: place for place, phrase in enumerate(named.terms)}
    best = sorted(fit, key=lambda phrase: (-beside[phrase], order.get(phrase, _TERMS), named.counts[phrase], phrase))
    together = [said for phrase in best[:_TRIED] if (said := said_together(term, phrase, named.texts))]
    apart = [_both(term, phrase) if is_bare(phrase) else _both(phrase, term) for phrase in best[:1]]
    return together[:1] + apart


def _both(term: str, other: str) -> str:
    return f"{term}·{other}" if HAN.search(term + other) else f"{term} and {other}"


def _unused(wishes: Iterator[str], texts: Sequence[str], used: set[str]) -> str | None:
    """The first of the wishes that is free, taken from now on, written as a label is.

    When none is, one is told apart by how a text of the group begins; None when there is no wish at all.
    """
    first = ""
    for wish in wishes:
        label = _written(wish, texts)
        first = first or label
        if _sameness(label) not in used:
            used.add(_sameness(label))
            return label
    if not first:
        return None
    for length in range(_BEGINNING, LONGEST, _BEGINNING):
        for text in texts:
            label = f"{first}·{' '.join(text.split())[:length]}"
            if _sameness(label) not in used:
                used.add(_sameness(label))
                return label
    return None


def _sameness(label: str) -> str:
    """What two labels have in common that say the same in another order: 噪音·扰民, 扰民噪音."""
    parts = sorted(label.replace("·", "")) if HAN.search(label) else sorted(set(label.casefold().split()) - {"and"})
    return " ".join(parts).casefold()


def _written(wish: str, texts: Sequence[str]) -> str:
    """A label in sentence case, each of its parts as most texts have it."""
    from text.labels import as_said

    said = " and ".join(as_said(part, texts) for part in wish.split(" and "))
    return said[:1].upper() + said[1:]


def _theme_names(texts: Sequence[str], readings: Sequence[Reading], shown: Sequence[Sequence[int]]) -> list[str]:
    """For each group the name of the theme that is the strongest in half of its texts, and not everywhere; else ""."""
    if len(texts) > _THEMED_UP_TO:
        return [""] * len(shown)
    strongest = [[_strongest(texts[place], readings[place].lang) for place in places] for places in shown]
    counts = [Counter(chain.from_iterable(group)) for group in strongest]
    overall, total = sum(counts, Counter()), sum(map(len, shown))
    names = []
    for places, found in zip(shown, counts, strict=True):
        key, number = min(found.items(), key=lambda each: (-each[1], each[0]), default=("", 0))
        outside = (overall[key] - number) / max(1, total - len(places))
        fits = number * 2 >= len(places) and number >= _LIKELIER * outside * len(places)
        mostly: Language = Counter(readings[place].lang for place in places).most_common(1)[0][0]
        names.append(known_themes(mostly)[key].name if key and fits else "")
    return names


def _strongest(text: str, lang: Language) -> list[str]:
    known = themes(text[:LONGEST], lang)
    return [key for key in known if known[key] == max(known.values()) and known[key] >= 0.5]


def _summary(texts: Sequence[str], readings: Sequence[Reading], places: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """The most telling sentences of a group's texts, and the places to quote: a real passage each, no two alike."""
    from text.summary import summarise

    sentences = summarise([texts[place][:LONGEST] for place in places], count=_QUOTES + _SUMMARY_SENTENCES)
    mostly_chinese = sum(readings[place].lang == "zh" for place in places) * 2 >= len(places)
    joined = ("；" if mostly_chinese else " ").join(
        sentence.text.strip("。；; ") if mostly_chinese else sentence.text
        for sentence in sentences[:_SUMMARY_SENTENCES]
    )
    quoted = dict.fromkeys(places[sentence.row] for sentence in sentences)
    return joined, tuple(quoted)[:_QUOTES]
