"""TextBlob hosts that never touch an NLTK corpus.

TextBlob has no plug-in point for two things, so they are overridden here: `sentences` calls a corpus tokeniser, and
`polarity` and `subjectivity` always use the English analyser. And a piece of a blob, or two blobs put together, it
makes with its own plug-ins in place of those it was given: here plug-ins belong to the class of the blob.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from textblob import Blobber, TextBlob
from textblob.base import BaseTokenizer
from textblob.blob import BaseBlob, Sentence
from textblob.decorators import cached_property


class _Offline(BaseBlob):
    """A blob made with the plug-ins of its class, whose feelings come from its own analyser."""

    plugins: ClassVar[dict[str, Any]] = {}

    def __init__(self, text: str, *places: int, **options: Any) -> None:
        super().__init__(text, *places, **(self.plugins | options))

    @cached_property
    def polarity(self) -> float:
        """From -1 (bad) to 1 (good)."""
        return self.analyzer.analyze(self.raw)[0]

    @cached_property
    def subjectivity(self) -> float:
        """From 0 (fact) to 1 (opinion)."""
        return self.analyzer.analyze(self.raw)[1]


class OfflineSentence(_Offline, Sentence):
    """A sentence of a blob, with code-point offsets into it."""


class OfflineTextBlob(_Offline, TextBlob):
    """A text whose sentences are cut by the tokeniser of its class."""

    sentence_tokenizer: ClassVar[BaseTokenizer]
    sentence: ClassVar[type[OfflineSentence]]

    def _create_sentence_objects(self) -> list[OfflineSentence]:
        spans = self._sentence_spans()
        return [self.sentence(self.raw[start:end], start_index=start, end_index=end) for start, end in spans]

    def _sentence_spans(self) -> Iterator[tuple[int, int]]:
        at = 0
        for sentence in self.sentence_tokenizer.tokenize(self.raw):
            start = self.raw.index(sentence, at)
            at = start + len(sentence)
            yield start, at


class OfflineBlobber(Blobber):
    """Makes blobs that share one set of plug-ins."""

    def __init__(self, *, sentence_tokenizer: BaseTokenizer, **plugins: Any) -> None:
        super().__init__(**plugins)
        self.sentence_tokenizer = sentence_tokenizer
        sentence = type("OfflineSentence", (OfflineSentence,), {"plugins": plugins})
        own = {"plugins": plugins, "sentence_tokenizer": sentence_tokenizer, "sentence": sentence}
        self._blob = type("OfflineTextBlob", (OfflineTextBlob,), own)

    def __call__(self, text: str) -> OfflineTextBlob:
        """A blob of a text."""
        return self._blob(text)
