"""Words, terms, noun phrases and themes."""

from text.phrases import noun_phrases
from text.segment import characters, terms, words
from text.thesaurus import known_themes, themes


def test_words_leave_marks_out() -> None:
    assert words("食堂，太贵！", "zh") == ["食堂", "太贵"]
    assert words("It's 2.5 km, isn't it?", "en") == ["It's", "2.5", "km", "isn't", "it"]


def test_terms_carry_meaning() -> None:
    assert terms("我们的食堂和宿舍", "zh") == ["食堂", "宿舍"]
    assert terms("The meetings are running late", "en") == terms("meeting runs late", "en")


def test_characters_of_longer_terms() -> None:
    assert characters(["食堂", "饭", "bus"]) == ["食", "堂"]


def test_noun_phrases() -> None:
    assert "停车收费标准" in noun_phrases("停车收费标准不合理", "zh")
    assert noun_phrases("The old parking lots are full", "en") == ["old parking lot"]
    assert noun_phrases("", "zh") == noun_phrases("", "en") == []


def test_themes_meet_across_languages_and_the_longest_word_wins() -> None:
    assert known_themes("zh").keys() == known_themes("en").keys()
    assert set(themes("车棚漏雨", "zh")) & set(themes("bike parking", "en")) == {"parking"}
    assert "safety" not in themes("安全帽太大", "zh")
    assert set(themes("安全帽太大", "zh")) == {"protection"}
    assert themes("今天天气", "zh") == themes("", "en") == {}
