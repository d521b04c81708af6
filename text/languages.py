"""Which language a text is in, and the TextBlob stack that reads it."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from text.segment import HAN, Language

if TYPE_CHECKING:
    from text.blob import OfflineBlobber

_SAMPLE = 500
_HAN_SHARE = 0.15
_LETTER = re.compile(r"[^\W\d_]")


def detect(text: str) -> Language:
    """The language of one text: Chinese once 15 % of its letters are Chinese characters."""
    letters = len(_LETTER.findall(text))
    return "zh" if letters and len(HAN.findall(text)) / letters > _HAN_SHARE else "en"


def detect_all(texts: Iterable[str]) -> Language:
    """The language most of the letters of a list are in, judged by its first 500 texts."""
    return detect("\n".join(text[:1000] for text in islice(texts, _SAMPLE)))


@cache
def blobber(lang: Language) -> "OfflineBlobber":
    """The factory of blobs for a language; it reads no corpus and fetches nothing."""
    # TextBlob imports all of NLTK, which takes seconds: only the worker that asks for a blob pays.
    if lang == "zh":
        from text import chinese

        return chinese.blobber()
    from text import english

    return english.blobber()
