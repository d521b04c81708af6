"""Words: cutting a text into words, and into the terms by which texts are compared.

Nothing here loads TextBlob, so that a web worker may import it cheaply; `text.chinese` and `text.english` plug these
functions into TextBlob.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

import rjieba

Language = Literal["zh", "en"]

HAN = re.compile(r"[\u3400-\u9fff]")
WORDY = re.compile(r"[^\W_]")
_ENGLISH_WORD = re.compile(r"[A-Za-z0-9]+(?:['’.\-][A-Za-z0-9]+)*|[\u3400-\u9fff]+")
_ENGLISH_TERM = re.compile(r"[a-z0-9][a-z0-9+#.\-]*[a-z0-9+#]|[a-z0-9]")
_LATIN_TERM = re.compile(r"[A-Za-z0-9]{2,}")
_APOSTROPHE = re.compile(r"['’]")


@cache
def stopwords(name: str) -> frozenset[str]:
    """Words that say nothing about a topic: `zh`, `en`, or `en_function` (articles, pronouns and the like)."""
    path = Path(__file__).parent / "stopwords" / f"{name}.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


def words(text: str, lang: Language) -> list[str]:
    """Every word of a text in order, punctuation left out."""
    if lang == "en":
        return _ENGLISH_WORD.findall(text)
    return [word for word in rjieba.cut(text) if WORDY.search(word)]


def tagged(text: str) -> list[tuple[str, str]]:
    """Every word and mark of a Chinese text with its part of speech (ICTCLAS letters: n, v, a, d, x for marks)."""
    return list(rjieba.tag(text))


def terms(text: str, lang: Language) -> list[str]:
    """The words that carry meaning: lower case, stop words left out, English words reduced to their stems."""
    return _english_terms(text) if lang == "en" else _chinese_terms(text)


def wordings(text: str, lang: Language) -> list[str]:
    """How something is put: terms and pairs of neighbouring terms, English question words and negations kept in."""
    found = _english_terms(text, "en_function") if lang == "en" else _chinese_terms(text)
    return found + [f"{first} {second}" for first, second in pairwise(found)]


def characters(text_terms: list[str]) -> list[str]:
    """The single Chinese characters of the longer terms, which let short texts meet that share no whole word."""
    return [character for term in text_terms if len(term) > 1 and HAN.search(term) for character in term]


def _english_terms(text: str, stop_list: str = "en") -> list[str]:
    stop = stopwords(stop_list)
    stem = _stemmer()
    found = _ENGLISH_TERM.findall(_APOSTROPHE.sub("", text.lower()))
    return [_stem(stem, word) for word in found if len(word) > 1 and word not in stop]


def _chinese_terms(text: str) -> list[str]:
    stop = stopwords("zh")
    return [word.lower() for word in rjieba.cut(text) if word not in stop and _carries_meaning(word)]


def _carries_meaning(word: str) -> bool:
    return (len(word) > 1 and bool(HAN.search(word))) or bool(_LATIN_TERM.fullmatch(word))


@cache
def _stemmer() -> Callable[[str], str]:
    # NLTK takes seconds to import; only English text pays for it.
    from nltk.stem.snowball import SnowballStemmer

    return SnowballStemmer("english").stem


@lru_cache(maxsize=200_000)
def _stem(stem: Callable[[str], str], word: str) -> str:
    return stem(word)
