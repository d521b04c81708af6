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

from core.lazy import later
from text.scripts import fold
from text.vocabulary import NONE, Vocabulary, joined, joined_tagged, plain

rjieba = later("rjieba")  # it reads its dictionary when imported: a tenth of a second and 33 MB
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


def tagged(text: str, vocabulary: Vocabulary = NONE) -> list[tuple[str, str]]:
    """Every word and mark of a Chinese text, as written, with its part of speech (ICTCLAS letters: n, v, a, d, x)."""
    found, at = [], 0
    for word, tag in joined_tagged(list(rjieba.tag(fold(text))), vocabulary):
        found.append((text[at : at + len(word)], tag))
        at += len(word)
    return found


def terms(text: str, lang: Language, vocabulary: Vocabulary = NONE) -> list[str]:
    """The words that carry meaning: lower case, simplified, stop words left out, English words reduced to stems.

    A word of the vocabulary is one term as it is.
    """
    return _english_terms(text, vocabulary) if lang == "en" else _chinese_terms(text, vocabulary)


def wordings(text: str, lang: Language, vocabulary: Vocabulary = NONE) -> list[str]:
    """How something is put: terms and pairs of neighbouring terms, English question words and negations kept in."""
    return in_pairs(_english_terms(text, vocabulary, "en_function") if lang == "en" else terms(text, lang, vocabulary))


def in_pairs(found: list[str]) -> list[str]:
    """Words and pairs of neighbouring words."""
    return found + [f"{first} {second}" for first, second in pairwise(found)]


def characters(text_terms: list[str]) -> list[str]:
    """The single Chinese characters of the longer terms, which let short texts meet that share no whole word."""
    return [character for term in text_terms if len(term) > 1 and HAN.search(term) for character in term]


def _english_terms(text: str, vocabulary: Vocabulary, stop_list: str = "en") -> list[str]:
    if not vocabulary:
        return _stems(text, stop_list)
    found, at = [], 0
    for start, end in [*vocabulary.spans(text), (len(text), len(text))]:
        found += _stems(text[at:start], stop_list, vocabulary)
        found += [plain(text[start:end])] if start < end else []
        at = end
    return found


def _stems(text: str, stop_list: str, vocabulary: Vocabulary = NONE) -> list[str]:
    stop = stopwords(stop_list)
    stem = _stemmer()
    found = _ENGLISH_TERM.findall(_APOSTROPHE.sub("", text.lower()))
    if vocabulary.stop:
        found = [word for word in found if not vocabulary.says_nothing(word)]
    return [_stem(stem, word) for word in found if len(word) > 1 and word not in stop]


def _chinese_terms(text: str, vocabulary: Vocabulary) -> list[str]:
    stop = stopwords("zh")
    found = [word for word in rjieba.cut(fold(text)) if word]
    if not vocabulary:
        return [word.lower() for word in found if word not in stop and _carries_meaning(word)]
    own = frozenset(vocabulary.words)
    lowered = [word.lower() for word in joined(found, vocabulary)]
    return [
        word
        for word in lowered
        if word in own or (word not in stop and not vocabulary.says_nothing(word) and _carries_meaning(word))
    ]


@lru_cache(maxsize=65_536)  # the same words come again and again
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
