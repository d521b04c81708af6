"""Chinese for TextBlob: every plug-in it asks for, on rjieba and word lists of our own.

Words are found in simplified characters, which the lists are in, and given back as they were written.
"""

from collections.abc import Iterable

from textblob.base import (
    CONTINUOUS,
    BaseNPExtractor,
    BaseParser,
    BaseSentimentAnalyzer,
    BaseTagger,
    BaseTokenizer,
)

from text.blob import OfflineBlobber
from text.clauses import clause_spans, sentence_spans
from text.phrases import noun_phrases
from text.scripts import fold
from text.segment import WORDY, tagged, words
from text.sentiment import Sentiment, chinese_sentiment


class ChineseTokenizer(BaseTokenizer):
    """Words, without marks."""

    def tokenize(self, text: str) -> list[str]:
        """The words of a text in order."""
        return _as_written(text, words(fold(text), "zh"))


class ChineseSentenceTokenizer(BaseTokenizer):
    """Sentences, each with its closing mark."""

    def tokenize(self, text: str) -> list[str]:
        """The sentences of a text in order."""
        return [text[start:end] for start, end in sentence_spans(text)]


class ChineseClauseTokenizer(BaseTokenizer):
    """Sentences, the long ones cut further at commas."""

    def tokenize(self, text: str) -> list[str]:
        """The clauses of a text in order."""
        return [text[start:end] for start, end in clause_spans(fold(text), "zh")]


class ChineseTagger(BaseTagger):
    """Parts of speech, in ICTCLAS letters."""

    def tag(self, text: str, tokenize: bool = True) -> list[tuple[str, str]]:
        """The words of a text, each with its part of speech."""
        return [(word, tag) for word, tag in tagged(str(text)) if WORDY.search(word)]


class ChineseNPExtractor(BaseNPExtractor):
    """Noun phrases of 2 to 12 characters."""

    def extract(self, text: str) -> list[str]:
        """The noun phrases of a text in order."""
        return _as_written(str(text), noun_phrases(fold(str(text)), "zh"))


class ChineseAnalyzer(BaseSentimentAnalyzer):
    """Feelings by word list, negation and degree."""

    kind = CONTINUOUS

    def analyze(self, text: str) -> Sentiment:
        """Polarity and subjectivity of a text."""
        return chinese_sentiment(str(text))


class ChineseParser(BaseParser):
    """Words with their parts of speech, as one line."""

    def parse(self, text: str) -> str:
        """A text as `word/tag word/tag`."""
        return " ".join(f"{word}/{tag}" for word, tag in ChineseTagger().tag(text))


def _as_written(text: str, found: Iterable[str]) -> list[str]:
    """Pieces of a folded text, in order, as they stand in the text itself."""
    folded, written, at = fold(text), [], 0
    for piece in found:
        at = folded.index(piece, at)
        written.append(text[at : at + len(piece)])
        at += len(piece)
    return written


def blobber() -> OfflineBlobber:
    """The factory of Chinese blobs."""
    return OfflineBlobber(
        sentence_tokenizer=ChineseSentenceTokenizer(),
        tokenizer=ChineseTokenizer(),
        pos_tagger=ChineseTagger(),
        np_extractor=ChineseNPExtractor(),
        analyzer=ChineseAnalyzer(),
        parser=ChineseParser(),
    )
