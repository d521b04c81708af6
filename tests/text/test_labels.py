"""Labels: noun phrases a person would use, told apart from what all groups say."""

from collections import Counter

import pytest

from text.labels import as_said, label_terms, phrases, said_together
from text.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("text", "lang", "named"),
    [
        ("消防通道被堵死了", "zh", "消防通道"),
        ("希望食堂的菜价能降一点", "zh", "菜价"),
        ("停車場的照明太暗", "zh", "照明"),
        ("The locker room leaks again", "en", "locker room"),
    ],
)
def test_what_a_text_could_be_called_by(text: str, lang: str, named: str) -> None:
    assert named in phrases(text, lang)


@pytest.mark.parametrize("text", ["能不能早点说", "两个月没有消息", "不知道找谁", "最好能快一点"])
def test_questions_counts_and_judgements_name_nothing(text: str) -> None:
    assert not [phrase for phrase in phrases(text, "zh") if phrase[0] in "不没能想问两有"]


def test_an_organisations_words_name_and_its_stop_words_do_not() -> None:
    own = Vocabulary.of(["三号门"], ["车间"])
    assert "三号门" in phrases("三号门的车间太挤", "zh", own)
    assert "车间" not in phrases("三号门的车间太挤", "zh", own)
    assert "车间" in phrases("三号门的车间太挤", "zh")
    assert "night bus" in phrases("The night bus is late", "en", Vocabulary.of(["night bus"]))


def test_the_phrase_that_sets_a_group_apart_comes_first() -> None:
    inside = [{"食堂", "师傅"}, {"食堂", "菜价"}, {"食堂"}]
    outside = [{"师傅"}, {"师傅", "培训"}, {"培训"}]
    everywhere = Counter(phrase for each in inside + outside for phrase in each)
    assert label_terms(inside, everywhere, 6)[0] == "食堂"


def test_terms_do_not_repeat_each_other() -> None:
    inside = [{"停车", "停车场", "停车难", "车位"}] * 3
    everywhere = Counter(phrase for each in [*inside, {"食堂"}, {"培训"}] for phrase in each)
    found = label_terms(inside, everywhere, 5)
    assert sum("停车" in term for term in found) == 1
    assert "车位" in found
    assert len(label_terms(inside, everywhere, 5, count=1)) == 1


def test_how_often_names_nothing() -> None:
    assert "每季度" not in phrases("建议每季度贴一张办理情况表", "zh")


def test_a_word_that_names_anything_comes_last() -> None:
    inside = [{"内容", "宣传栏"}] * 4
    assert label_terms(inside, Counter({"内容": 4, "宣传栏": 4}), 40)[0] == "宣传栏"
    assert label_terms([{"内容"}] * 4, Counter({"内容": 4}), 40) == ("内容",)


@pytest.mark.parametrize(
    ("text", "lang", "named"),
    [
        ("值班室的床板塌了", "zh", "值班室床板"),
        ("停车位太少", "zh", "停车位太少"),
        ("My card was declined", "en", "card declined"),
        ("How can I verify my identity?", "en", "verify identity"),
    ],
)
def test_a_thing_with_what_is_said_of_it(text: str, lang: str, named: str) -> None:
    assert named in phrases(text, lang)


def test_what_texts_say_side_by_side() -> None:
    assert (
        said_together("fee", "statement", ["A fee on my statement", "Why a fee on the statement?"])
        == "fee on statement"
    )
    assert said_together("宿舍", "热水", ["宿舍的热水停了", "宿舍热水不够"]) == "宿舍热水"
    assert said_together("宿舍", "热水", ["宿舍热水不够", "热水器坏了，宿舍也旧"]) == ""


def test_english_is_shown_as_most_write_it() -> None:
    assert as_said("pin", ["Unblock my PIN", "The PIN is blocked", "a pin"]) == "PIN"
    assert as_said("exchange rate", ["Your exchange rates?", "The exchange rates are off"]) == "exchange rates"
