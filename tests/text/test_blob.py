"""TextBlob with our plug-ins: everything works without one NLTK corpus."""

import subprocess
import sys

import pytest

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
