"""Feelings in Chinese text, from two word lists that ship with the product."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from text.scripts import fold
from text.segment import WORDY, words

_NEGATIONS = frozenset("不 没 没有 未 别 无 非 不太 不够 不是 并非 从不 毫不 难以 不能 不会 不要".split())
_DEGREES = {
    **dict.fromkeys(("极其", "极"), 1.8),
    **dict.fromkeys(("非常", "特别", "超级", "最", "严重"), 1.6),
    **dict.fromkeys(("太", "十分", "超"), 1.5),
    **dict.fromkeys(("很", "相当", "真", "真的"), 1.3),
    "挺": 1.1,
    "比较": 0.9,
    **dict.fromkeys(("有点", "略", "稍微"), 0.65),
}
_REACH = 3


class Sentiment(NamedTuple):
    """Polarity from -1 to 1, subjectivity from 0 to 1."""

    polarity: float
    subjectivity: float


@cache
def lexicon(name: str) -> frozenset[str]:
    """One of the word lists: `zh_positive` or `zh_negative`."""
    path = Path(__file__).parent / "lexicon" / f"{name}.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


def chinese_sentiment(text: str) -> Sentiment:
    """How a Chinese text feels: a negation flips the feeling word within three words of it, a degree word scales it."""
    total, hits, count = 0.0, 0, 0
    flip, degree, distance = 1, 1.0, _REACH + 1
    for word in _marked_words(fold(text)):
        if word is None:
            flip, degree, distance = 1, 1.0, _REACH + 1
            continue
        count += 1
        feeling = _feeling(word)
        if feeling:
            total += feeling * degree * (flip if distance <= _REACH else 1)
            hits += 1
            flip, degree, distance = 1, 1.0, _REACH + 1
            continue
        if word in _NEGATIONS:
            flip, distance = (-flip if distance <= _REACH else -1), 0
        degree *= _DEGREES.get(word, 1.0)
        distance += 1
    polarity = max(-1.0, min(1.0, total / (hits + 1) * 1.2)) if hits else 0.0
    return Sentiment(polarity, min(1.0, hits * 2.5 / max(count, 1)))


def sounds_bad(text: str) -> bool:
    """Whether a text in simplified characters has a bad word of two characters or more that is not negated."""
    return bool(_bad_words().search(text))


@cache
def _bad_words() -> re.Pattern[str]:
    longest = sorted((word for word in lexicon("zh_negative") if len(word) > 1), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![不没未])(?<!没有)(?<!不是)(?<!不会)(?:{'|'.join(map(re.escape, longest))})")


def _marked_words(text: str) -> list[str | None]:
    """The words of a text, with None where a mark ends a clause."""
    clauses = text
    for mark in "，。！？；、,.!?;\n":
        clauses = clauses.replace(mark, "\n")
    marked: list[str | None] = []
    for clause in clauses.split("\n"):
        marked.extend(words(clause, "zh"))
        marked.append(None)
    return marked


def _feeling(word: str) -> int:
    if word in _NEGATIONS or not WORDY.search(word):
        return 0
    return (word in lexicon("zh_positive")) - (word in lexicon("zh_negative"))
