"""An organisation's own words: those no word list knows, which stay whole, and those that say nothing there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from text.scripts import fold

_NOUN = "n"

Span = tuple[int, int]


@dataclass(frozen=True)
class Vocabulary:
    """Words to keep whole and words to leave out, both as `plain` makes them; cheap to pickle and to compare."""

    words: tuple[str, ...] = ()
    stop: frozenset[str] = frozenset()

    @classmethod
    def of(cls, words: Iterable[str], stop: Iterable[str] = ()) -> "Vocabulary":
        """A vocabulary of words as people type them; blank ones and repetitions go."""
        known = {plain(word): None for word in words}
        return cls(tuple(word for word in known if word), frozenset(filter(None, map(plain, stop))))

    def __bool__(self) -> bool:
        return bool(self.words or self.stop)

    def spans(self, text: str) -> Iterator[Span]:
        """Where the words stand in a text, the longest of those that begin at a place, none overlapping."""
        if self._pattern is not None:
            for match in self._pattern.finditer(plain(text)):
                yield match.span()

    def says_nothing(self, token: str) -> bool:
        """Whether a word is one of those that say nothing here."""
        return plain(token) in self.stop

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """All the words, the longest first; one in Latin letters stands only for a whole word."""
        longest = sorted(self.words, key=lambda word: (-len(word), word))
        return re.compile("|".join(map(_whole, longest))) if longest else None

    def __getstate__(self) -> tuple[tuple[str, ...], frozenset[str]]:
        return self.words, self.stop

    def __setstate__(self, state: tuple[tuple[str, ...], frozenset[str]]) -> None:
        for name, value in zip(("words", "stop"), state, strict=True):
            object.__setattr__(self, name, value)


NONE = Vocabulary()


def plain(word: str) -> str:
    """A word as it is compared: simplified, in lower case, with as many code points as before."""
    lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in word)
    return fold(lowered)


def joined(tokens: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """The tokens of a text, marks and spaces included, cut anew so that each known word is one token.

    The tokens put together are the same text before and after.
    """
    return [token for token, _tag in joined_tagged([(token, "") for token in tokens], vocabulary)]


def joined_tagged(tokens: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """As `joined`, for tokens with their parts of speech: a known word is a noun, a token cut keeps its own."""
    spans = list(vocabulary.spans("".join(token for token, _tag in tokens)))
    if not spans:
        return list(tokens)
    return [(token, tag) for token, tag in _recut(tokens, iter([*spans, (1 << 62, 1 << 62)])) if token]


def _recut(tokens: Sequence[tuple[str, str]], spans: Iterator[Span]) -> Iterator[tuple[str, str]]:
    """The tokens outside the spans, whole or in part, and what stands in each span as one."""
    start, end = next(spans)
    known, at = "", 0
    for token, tag in tokens:
        left = at
        at += len(token)
        while left < at:
            if left < start:
                upto = min(at, start)
                yield token[left - at + len(token) : upto - at + len(token)], tag
            else:
                upto = min(at, end)
                known += token[left - at + len(token) : upto - at + len(token)]
                if upto == end:
                    yield known, _NOUN
                    known = ""
                    start, end = next(spans)
            left = upto


def _whole(word: str) -> str:
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", word) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", word) else ""
    return before + re.escape(word) + after
