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
    found = terms(text, "en") if lang == "en" else _pattern().findall(text)
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


@cache
def _pattern() -> re.Pattern[str]:
    """The usual Chinese words, the longest first; a look at the first character passes most places by."""
    words = sorted(_index("zh"), key=lambda word: (-len(word), word))
    beginnings = "".join(sorted({word[0] for word in words}))
    return re.compile(f"(?=[{re.escape(beginnings)}])(?:{'|'.join(map(re.escape, words))})")
