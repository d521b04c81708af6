"""English for TextBlob without an NLTK corpus: our cutting, and the lexicon that ships inside TextBlob."""

from textblob.base import BaseNPExtractor, BaseTagger, BaseTokenizer
from textblob.en import parse
from textblob.en.parsers import PatternParser
from textblob.en.sentiments import PatternAnalyzer

from text.blob import OfflineBlobber
from text.clauses import clause_spans, sentence_spans
from text.phrases import noun_phrases
from text.segment import words


class EnglishTokenizer(BaseTokenizer):
    """Words, without marks."""

    def tokenize(self, text: str) -> list[str]:
        """The words of a text in order."""
        return words(text, "en")


class EnglishSentenceTokenizer(BaseTokenizer):
    """Sentences, each with its closing mark."""

    def tokenize(self, text: str) -> list[str]:
        """The sentences of a text in order."""
        return [text[start:end] for start, end in sentence_spans(text)]


class EnglishClauseTokenizer(BaseTokenizer):
    """Sentences, the long ones cut further at commas."""

    def tokenize(self, text: str) -> list[str]:
        """The clauses of a text in order."""
        return [text[start:end] for start, end in clause_spans(text, "en")]


class EnglishTagger(BaseTagger):
    """Parts of speech, in Penn Treebank letters."""

    def tag(self, text: str, tokenize: bool = True) -> list[tuple[str, str]]:
        """The words of a text, each with its part of speech."""
        sentences = parse(str(text), chunks=False, collapse=False)
        return [(word.replace("&slash;", "/"), tag) for sentence in sentences for word, tag, *_ in sentence]


class EnglishNPExtractor(BaseNPExtractor):
    """Noun phrases in lower case with a singular head."""

    def extract(self, text: str) -> list[str]:
        """The noun phrases of a text in order."""
        return noun_phrases(str(text), "en")


def blobber() -> OfflineBlobber:
    """The factory of English blobs."""
    return OfflineBlobber(
        sentence_tokenizer=EnglishSentenceTokenizer(),
        tokenizer=EnglishTokenizer(),
        pos_tagger=EnglishTagger(),
        np_extractor=EnglishNPExtractor(),
        analyzer=PatternAnalyzer(),
        parser=PatternParser(),
    )
