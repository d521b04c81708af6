"""Summaries say only what was said."""

from text.labels import label_terms, phrases
from text.summary import summarise

PARKING = [
    "停车位太少，早上找不到车位。",
    "车棚漏雨，电动车不敢充电。",
    "停车位太少，绕两圈也没车位。",
    "早上七点半停车场就满了。",
]


def test_every_sentence_is_a_real_passage() -> None:
    found = summarise(PARKING, count=3)
    assert len(found) == 3
    for sentence in found:
        assert PARKING[sentence.row][sentence.start : sentence.end] == sentence.text


def test_no_sentence_comes_twice() -> None:
    found = summarise(["停车位太少了真的。"] * 5 + ["食堂的菜又咸又贵。"], count=3)
    assert sorted(sentence.text for sentence in found) == ["停车位太少了真的。", "食堂的菜又咸又贵。"]


def test_nothing_to_summarise() -> None:
    assert summarise([]) == ()
    assert summarise(["", "！！", "👍"]) == ()
    assert [sentence.text for sentence in summarise(["停车"])] == ["停车"]


def test_labels_tell_a_group_from_the_rest() -> None:
    from collections import Counter

    parking = [phrases(text, "zh") for text in PARKING]
    meals = [phrases(text, "zh") for text in ["食堂的菜太咸", "食堂早上没有粥", "早上食堂排队"]]
    everywhere = Counter(phrase for found in parking + meals for phrase in found)
    assert label_terms(parking, everywhere, 7)[0] in {"停车位", "车位", "停车", "停车位太少"}
    assert label_terms(meals, everywhere, 7)[0] == "食堂"


def test_a_summary_begins_with_no_word_that_ties_it_to_what_stood_before() -> None:
    texts = ["但是，食堂的菜又咸又贵。", "But the canteen closes far too early."]
    assert {sentence.text for sentence in summarise(texts)} == {
        "食堂的菜又咸又贵。",
        "the canteen closes far too early.",
    }
    for sentence in summarise(texts):
        assert texts[sentence.row][sentence.start : sentence.end] == sentence.text


def test_nothing_is_said_twice_in_slightly_other_words() -> None:
    found = summarise(["停车位太少，早上没有车位", "早上没有车位，停车位太少了", "食堂的菜又咸又贵"], count=3)
    assert len(found) == 2
