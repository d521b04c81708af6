"""Reading: each text by itself, the same wherever it is read."""

import pickle
from functools import partial

import pytest

from text.reading import LONGEST, read
from text.thesaurus import known_themes
from text.vocabulary import Vocabulary


def test_chinese_and_english() -> None:
    chinese, english = read(["食堂的菜太咸", "The canteen food is cold"])
    assert (chinese.lang, english.lang) == ("zh", "en")
    assert "食堂" in chinese.terms
    assert set(chinese.themes) & set(english.themes) == {"meals"}


def test_both_scripts_meet() -> None:
    traditional, simplified = read(["宿舍樓晚上停電", "宿舍楼晚上停电"])
    assert traditional == simplified


@pytest.mark.parametrize("text", ["无", "没有", "N/A", "…", "", "的"])
def test_texts_that_say_nothing(text: str) -> None:
    assert read([text]) == [None]


def test_an_organisations_words() -> None:
    own = Vocabulary.of(["三号宿舍楼"], ["漏水"])
    (reading,) = read(["三号宿舍楼漏水"], vocabulary=own)
    assert reading.terms == ["三号宿舍楼"]
    assert "漏水" in read(["三号宿舍楼漏水"])[0].terms


def test_only_the_beginning_of_a_long_text_counts() -> None:
    (reading,) = read(["停车" + "。" * LONGEST + "食堂"])
    assert "食堂" not in reading.terms
    assert set(reading.themes) == {"parking"}


def test_a_chunk_can_be_sent_elsewhere() -> None:
    reader = partial(read, lang="zh", vocabulary=Vocabulary.of(["大夜"]))
    sent = pickle.loads(pickle.dumps(reader))
    assert sent(["大夜太累"]) == reader(["大夜太累"])


def test_wordings_and_themes_only_when_asked_for() -> None:
    (reading,) = read(["食堂菜价上涨"], worded=False, themed=False)
    assert (reading.wordings, reading.themes) == ([], {})
    assert read(["食堂菜价上涨"])[0].themes


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_word_that_tells_a_theme_weighs_more_than_its_companions(lang: str) -> None:
    for key, theme in known_themes(lang).items():
        assert set(theme.words.values()) <= {0.5, 1.0}, key
        assert 1.0 in theme.words.values(), key
