"""Describing: how a group of texts is called, summed up and quoted, in the words of those who wrote them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from text.reading import LONGEST, Reading
from text.segment import Language
from text.thesaurus import known_themes, themes
from text.vocabulary import Vocabulary

_LABELLED_TEXTS = 60
_LABELLED_IN_ALL = 2_500
_FEWEST_LABELLED = 12
_TERMS = 5
_NAMES_A_GROUP = 0.5
_QUOTES = 5
_SUMMARY_SENTENCES = 2


@dataclass(frozen=True, slots=True)
class Described:
    """A group in words; `quotes` are places of texts that stand for it, the most telling first."""

    label: str
    terms: tuple[str, ...]
    summary: str
    quotes: tuple[int, ...]


def describe(
    texts: Sequence[str],
    readings: Sequence[Reading],
    groups: Sequence[Sequence[int]],
    vocabulary: Vocabulary,
    tell: Callable[[float], None],
) -> list[Described | None]:
    """Put each group (places of its texts, the most central first) into words; no label twice.

    A phrase that many of the texts share names the group; failing that, the theme most of them belong to; failing that,
    the best phrase. Different texts that nothing names have nothing in common: None. `tell` is told shares of 1.
    """
    if not groups:
        return []
    # TextBlob and scikit-learn take seconds to import; a page that imports this module must not pay for it.
    from text.labels import label_terms, phrases

    most = max(_FEWEST_LABELLED, min(_LABELLED_TEXTS, _LABELLED_IN_ALL // len(groups)))
    shown = [places[:most] for places in groups]
    named = []
    for number, places in enumerate(shown):
        named.append([phrases(texts[place][:LONGEST], readings[place].lang, vocabulary) for place in places])
        tell(0.5 * number / len(shown))
    everywhere = Counter(phrase for group_phrases in named for found in group_phrases for phrase in found)
    total = sum(map(len, shown))
    ranked = [label_terms(found, everywhere, total, _TERMS) for found in named]
    described: list[Described | None] = []
    used: set[str] = set()
    for number, (places, terms, found) in enumerate(zip(shown, ranked, named, strict=True)):
        known = [(readings[place].lang, themes(texts[place][:LONGEST], readings[place].lang)) for place in places]
        wishes = [*_common(terms, found), *_theme_name(known), *terms, *_alone(texts, places)]
        label = _unused(wishes, used)
        summary, quotes = _summary(texts, readings, places) if label else ("", ())
        described.append(Described(label, terms or tuple(wishes[:1]), summary, quotes) if label else None)
        tell(0.5 + 0.5 * (number + 1) / len(shown))
    return described


def _common(terms: tuple[str, ...], found: Sequence[frozenset[str]]) -> list[str]:
    """The phrases that at least half of the texts share."""
    return [term for term in terms if sum(term in one for one in found) >= _NAMES_A_GROUP * len(found)]


def _alone(texts: Sequence[str], places: Sequence[int]) -> list[str]:
    """The beginning of a text that makes up its group by itself, if it does."""
    return [" ".join(texts[places[0]].split())[:24]] if len(places) == 1 else []


def _unused(wishes: list[str], used: set[str]) -> str | None:
    """The first of the wishes that is free, taken from now on; the first one numbered when none is."""
    if not wishes:
        return None
    numbered = (f"{wishes[0]} {number}" for number in range(2, len(used) + 3))
    label = next(wish for wish in [*wishes, *numbered] if wish not in used)
    used.add(label)
    return label


def _theme_name(known: Sequence[tuple[Language, dict[str, float]]]) -> list[str]:
    """The name of the theme that is the strongest in at least half of the texts, if there is one."""
    found = Counter(key for _, themed in known for key in themed if themed[key] == max(themed.values()))
    if not found:
        return []
    key, number = min(found.items(), key=lambda each: (-each[1], each[0]))
    mostly: Language = Counter(lang for lang, _ in known).most_common(1)[0][0]
    return [known_themes(mostly)[key].name] if number * 2 >= len(known) else []


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
