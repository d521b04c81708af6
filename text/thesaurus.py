"""What people in work units and neighbourhoods usually raise, and the words they use for it, in both languages.

A few hundred texts are too few to learn from them alone that 车棚 and 停车位 belong together; this list knows. The
themes share their keys across languages, so that an English answer can meet a Chinese one.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from text.segment import Language, terms


class Theme(NamedTuple):
    """A theme as people call it, and the usual words for it (English ones as stems)."""

    name: str
    words: tuple[str, ...]


@cache
def known_themes(lang: Language) -> dict[str, Theme]:
    """The themes of a language by key."""
    path = Path(__file__).parent / "lexicon" / f"{lang}_themes.txt"
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key, name, usual = (part.strip() for part in re.split(r"[|:]", line, maxsplit=2))
            found[key] = Theme(name, tuple(terms(usual, "en") if lang == "en" else usual.split()))
    return found


def themes(text: str, lang: Language) -> Counter[str]:
    """How many usual words of each theme a text has; in Chinese the longest word wins, so 安全帽 is not 安全."""
    index = _index(lang)
    found = terms(text, "en") if lang == "en" else _pattern().findall(text)
    return Counter(key for word in dict.fromkeys(found) for key in index.get(word, ()))


@cache
def _index(lang: Language) -> dict[str, tuple[str, ...]]:
    """The themes each usual word belongs to."""
    index: dict[str, tuple[str, ...]] = {}
    for key, theme in known_themes(lang).items():
        for word in dict.fromkeys(theme.words):
            index[word] = (*index.get(word, ()), key)
    return index


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_index("zh"), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)))


def is_usual(word: str) -> bool:
    """Whether a Chinese word is one of the usual words of some theme."""
    return word in _index("zh")
