"""What people in work units and neighbourhoods usually raise, and the words they use for it, in both languages.

A few hundred texts are too few to learn from them alone that 车棚 and 停车位 belong together; this list knows. The
themes share their keys across languages, so that an English answer can meet a Chinese one.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from text.segment import Language, terms

_COMPANION = 0.5


class Theme(NamedTuple):
    """A theme as people call it, and its words with their weights (English ones as stems).

    A word that tells the theme weighs 1, one that only often goes with it half; shared among themes, it weighs less.
    """

    name: str
    words: dict[str, float]


@cache
def known_themes(lang: Language) -> dict[str, Theme]:
    """The themes of a language by key."""
    path = Path(__file__).parent / "lexicon" / f"{lang}_themes.txt"
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key, name, usual = (part.strip() for part in re.split(r"[|:]", line, maxsplit=2))
            telling, _, companions = usual.partition(";")
            weights = dict.fromkeys(_listed(companions, lang), _COMPANION) | dict.fromkeys(_listed(telling, lang), 1.0)
            found[key] = Theme(name, weights)
    return found


def themes(text: str, lang: Language) -> dict[str, float]:
    """How strongly the words of a text point to each theme; each word counts once.

    In Chinese the longest word wins, so 安全帽 is not 安全.
    """
    index = _index(lang)
    found = terms(text, "en") if lang == "en" else _usual_in(text)
    strengths: dict[str, float] = {}
    for word in dict.fromkeys(found):
        for key, weight in index.get(word, {}).items():
            strengths[key] = strengths.get(key, 0.0) + weight
    return strengths


def is_usual(word: str) -> bool:
    """Whether a Chinese word is one of the usual words of some theme."""
    return word in _index("zh")


def _listed(words: str, lang: Language) -> list[str]:
    return terms(words, "en") if lang == "en" else words.split()


@cache
def _index(lang: Language) -> dict[str, dict[str, float]]:
    """The themes each usual word belongs to, with its weight in each."""
    index: dict[str, dict[str, float]] = {}
    for key, theme in known_themes(lang).items():
        for word, weight in theme.words.items():
            index.setdefault(word, {})[key] = weight
    return {
        word: {key: weight / len(weights) ** 0.5 for key, weight in weights.items()} for word, weights in index.items()
    }


def _usual_in(text: str) -> list[str]:
    """The usual Chinese words of a text, the longest at each place and none inside another."""
    beginnings = _beginnings()
    found, free = [], 0
    for at, first in enumerate(text):
        if first in beginnings and at >= free:
            longer = beginnings[first].get(text[at + 1 : at + 2], ()) or beginnings[first].get("", ())
            word = next((word for word in longer if text.startswith(word, at)), "")
            if word:
                found.append(word)
                free = at + len(word)
    return found


@cache
def _beginnings() -> dict[str, dict[str, tuple[str, ...]]]:
    """The usual Chinese words by their first character and their second, the longest first.

    A word of one character stands behind the longer ones that begin with it, and alone under "".
    """
    words = sorted(_index("zh"), key=lambda word: (-len(word), word))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for word in words:
        same = found.setdefault(word[0], {})
        for second in same if len(word) == 1 else [word[1]]:
            same[second] = (*same.get(second, ()), word)
        if len(word) == 1:
            same[""] = (word,)
    return found
