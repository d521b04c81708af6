"""A model is believed as far as the passages bear it out, word for word, number for number."""

import json

import pytest

from text.wording import Wording, checked, read, task

ZH = ["食堂的菜太咸", "夜班没有热饭", "食堂价格贵，排队要20分钟", "希望食堂多几个窗口"]
EN = [
    "The canteen food is too salty",
    "No hot meals on the night shift",
    "Prices are too high, the queue is 20 minutes",
]


@pytest.mark.parametrize(
    ("sentence", "lang"),
    [
        ("职工反映食堂菜咸、价格贵。", "zh"),
        ("夜班没有热饭。", "zh"),
        ("排队要20分钟。", "zh"),
        ("食堂價格貴。", "zh"),
        ("People say canteen food is too salty and prices are high.", "en"),
        ("We queue 20 minutes.", "en"),
    ],
)
def test_what_the_passages_say_is_kept(sentence, lang) -> None:
    passages = ZH if lang == "zh" else EN
    assert checked("", sentence, passages, lang) == Wording("", sentence, 0)


@pytest.mark.parametrize(
    ("sentence", "lang"),
    [
        ("停车位不够用。", "zh"),
        ("排队要40分钟。", "zh"),
        ("多数职工反映食堂菜咸。", "zh"),
        ("有五个人反映食堂价格贵。", "zh"),
        ("食堂张师傅做的菜太咸。", "zh"),
        ("食堂价格贵，请拨打13812345678。", "zh"),
        ("应当罢免食堂经理并重新招标采购。", "zh"),
        ("Parking spaces are missing.", "en"),
        ("We queue 40 minutes.", "en"),
        ("Most people say canteen food is too salty.", "en"),
        ("Mr Smith cooks too salty canteen food.", "en"),
        ("。", "zh"),
    ],
)
def test_what_no_passage_says_is_left_out(sentence, lang) -> None:
    passages = ZH if lang == "zh" else EN
    assert checked("", sentence, passages, lang).summary == ""


def test_one_wrong_sentence_does_not_take_the_others_with_it() -> None:
    found = checked("食堂价格", "食堂价格贵。多数人要求涨薪。夜班没有热饭。", ZH, "zh")
    assert found == Wording("食堂价格", "食堂价格贵。夜班没有热饭。", 1)


def test_a_summary_stays_short() -> None:
    assert checked("", "食堂价格贵。" * 5, ZH, "zh") == Wording("", "食堂价格贵。" * 3, 2)


@pytest.mark.parametrize("label", ["停车难", "食堂" * 20, "张经理", "食堂涨价40%", ""])
def test_a_label_nobody_said_is_not_taken(label) -> None:
    assert checked(label, "", ZH, "zh").label == ""


@pytest.mark.parametrize("around", ["%s", "```json\n%s\n```", "好的：\n%s\n以上。"])
def test_the_answer_is_found_in_what_stands_around_it(around) -> None:
    answer = json.dumps({"label": "食堂饭菜", "summary": "食堂的菜太咸。"}, ensure_ascii=False)
    assert read(around % answer, ZH, "zh") == Wording("食堂饭菜", "食堂的菜太咸。", 0)


@pytest.mark.parametrize("answer", ["", "不会", "{", "{]}", "[1]", '{"label": 3, "summary": ["x"]}', "{}", "null"])
def test_another_answer_gives_nothing(answer) -> None:
    assert not read(answer, ZH, "zh")


def test_each_language_is_asked_in_its_own() -> None:
    assert "JSON" in task("zh") and "JSON" in task("en") and task("zh") != task("en")
