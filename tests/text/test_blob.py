"""TextBlob with our plug-ins: everything works without one NLTK corpus."""

import subprocess
import sys

import pytest
from textblob.base import BaseNPExtractor, BaseParser, BaseSentimentAnalyzer, BaseTagger, BaseTokenizer

from text.languages import blobber, detect, detect_all

ZH = "丽发新城附近的搅拌站噪音扰民！物业收取的停车费标准不合理。食堂的饭菜很好吃，阿姨态度不错。"
EN = "The parking lot is always full. Buses were late twice this week and nobody answers the hotline!"


@pytest.fixture(autouse=True)
def no_corpora(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*names: object, **options: object) -> None:
        raise AssertionError("an NLTK corpus was asked for")

    monkeypatch.setattr("nltk.data.find", refuse)
    monkeypatch.setattr("nltk.data.load", refuse)


def test_chinese_blob() -> None:
    blob = blobber("zh")(ZH)
    assert "噪音" in blob.words
    assert [str(sentence) for sentence in blob.sentences][1] == "物业收取的停车费标准不合理。"
    assert all(ZH[sentence.start : sentence.end] == sentence.raw for sentence in blob.sentences)
    assert ("物业", "n") in blob.tags
    assert "停车费标准" in blob.noun_phrases
    assert blob.sentences[0].polarity < 0 < blob.sentences[2].polarity
    assert "食堂/n" in blob.parse()


def test_english_blob() -> None:
    blob = blobber("en")(EN)
    assert [len(sentence.words) for sentence in blob.sentences] == [6, 11]
    assert ("parking", "NN") in blob.tags
    assert "parking lot" in blob.noun_phrases
    assert blob.polarity == blob.sentiment.polarity
    assert blobber("en") is blobber("en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_plug_in_textblob_asks_for_is_there(lang: str) -> None:
    factory = blobber(lang)
    assert isinstance(factory.tokenizer, BaseTokenizer)
    assert isinstance(factory.sentence_tokenizer, BaseTokenizer)
    assert isinstance(factory.pos_tagger, BaseTagger)
    assert isinstance(factory.np_extractor, BaseNPExtractor)
    assert isinstance(factory.analyzer, BaseSentimentAnalyzer)
    assert isinstance(factory.parser, BaseParser)


@pytest.mark.parametrize(("lang", "text", "word"), [("zh", ZH, "食堂"), ("en", EN, "parking")])
def test_what_is_built_on_the_plug_ins_works_too(lang: str, text: str, word: str) -> None:
    blob = blobber(lang)(text)
    assert blob.word_counts[word] == 1
    assert len(blob.ngrams(n=2)) == len(blob.words) - 1
    assert sum(blob.np_counts.values()) == len(blob.noun_phrases)
    assert [tag for sentence in blob.sentences for tag in sentence.tags] == blob.tags
    assert all(phrase in text.lower() for phrase in blob.noun_phrases)
    assert blob.sentiment.polarity == blob.polarity
    assert 0 <= blob.subjectivity <= 1
    assert blob.serialized[0]["raw"] == blob.sentences[0].raw
    assert blob[: len(blob)].words == blob.words
    assert (blob + " " + text).words == [*blob.words, *blob.words]


def test_traditional_is_read_as_simplified_and_given_back_as_written() -> None:
    blob = blobber("zh")("物業收取的停車費標準不合理。食堂的飯菜很好吃。")
    plain = blobber("zh")("物业收取的停车费标准不合理。食堂的饭菜很好吃。")
    assert [len(word) for word in blob.words] == [len(word) for word in plain.words]
    assert [tag for _word, tag in blob.tags] == [tag for _word, tag in plain.tags]
    assert "停車費標準" in blob.noun_phrases
    assert blob.sentiment == plain.sentiment
    assert blob.sentences[0].polarity < 0 < blob.sentences[1].polarity


@pytest.mark.parametrize(
    ("text", "negated"), [("饭菜好吃", "饭菜不好吃"), ("服务热情", "服务不热情"), ("安全", "不安全")]
)
def test_negation_turns_feeling(text: str, negated: str) -> None:
    zh = blobber("zh")
    assert zh(text).polarity > 0 > zh(negated).polarity


def test_detect() -> None:
    assert detect("停车难") == "zh"
    assert detect("OA系统太慢") == "zh"
    assert detect("The car park") == "en"
    assert detect("") == "en"
    assert detect_all(["停车难"] * 3 + ["bus"]) == "zh"


def test_a_web_worker_imports_these_cheaply() -> None:
    code = (
        "import sys, text.clauses, text.mask, text.languages, concerns.grouping;"
        "print(sorted({'nltk', 'textblob', 'sklearn', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
