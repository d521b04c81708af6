"""TextBlob hosts that never touch an NLTK corpus.

TextBlob has no plug-in point for two things, so they are overridden here: `sentences` calls a corpus tokeniser, and
`polarity` and `subjectivity` always use the English analyser.
"""

from collections.abc import Iterator

from textblob import Blobber, TextBlob
from textblob.base import BaseTokenizer
from textblob.blob import BaseBlob, Sentence
from textblob.decorators import cached_property


class _OwnAnalyser(BaseBlob):
    """A blob whose feelings come from its own analyser."""

    @cached_property
    def polarity(self) -> float:
        """From -1 (bad) to 1 (good)."""
        return self.analyzer.analyze(self.raw)[0]

    @cached_property
    def subjectivity(self) -> float:
        """From 0 (fact) to 1 (opinion)."""
        return self.analyzer.analyze(self.raw)[1]


class OfflineSentence(_OwnAnalyser, Sentence):
    """A sentence of a blob, with code-point offsets into it."""


class OfflineTextBlob(_OwnAnalyser, TextBlob):
    """A text whose sentences are cut by the tokeniser it was given."""

    def __init__(self, text: str, *, sentence_tokenizer: BaseTokenizer, **plugins) -> None:
        super().__init__(text, **plugins)
        self.sentence_tokenizer = sentence_tokenizer
        self._plugins = plugins

    def _create_sentence_objects(self) -> list[OfflineSentence]:
        return [
            OfflineSentence(self.raw[start:end], start_index=start, end_index=end, **self._plugins)
            for start, end in self._sentence_spans()
        ]

    def _sentence_spans(self) -> Iterator[tuple[int, int]]:
        at = 0
        for sentence in self.sentence_tokenizer.tokenize(self.raw):
            start = self.raw.index(sentence, at)
            at = start + len(sentence)
            yield start, at


class OfflineBlobber(Blobber):
    """Makes blobs that share one set of plug-ins."""

    def __init__(self, *, sentence_tokenizer: BaseTokenizer, **plugins) -> None:
        super().__init__(**plugins)
        self.sentence_tokenizer = sentence_tokenizer
        self._plugins = plugins

    def __call__(self, text: str) -> OfflineTextBlob:
        """A blob of a text."""
        return OfflineTextBlob(text, sentence_tokenizer=self.sentence_tokenizer, **self._plugins)
