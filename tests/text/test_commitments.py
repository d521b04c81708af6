"""Sentences that promise something, told from what others say, want or did."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import promises as measure
from text import commitments

DAY = date(2025, 11, 6)


def test_a_promise_comes_with_its_place_owner_and_day() -> None:
    notes = "他说手套发得少。\n我答应这周内去库房，下周三前给他回话。\n请后勤月底前修好。"
    mine, theirs = commitments.find(notes, DAY)
    assert notes[mine.start : mine.end] == mine.text == "我答应这周内去库房，下周三前给他回话。"
    assert mine.owner == "writer" and theirs.owner == "somebody"
    assert mine.due and mine.due.day == date(2025, 11, 12)
    assert notes[mine.due.start : mine.due.end] == "下周三前"


@pytest.mark.parametrize(
    "text",
    [
        "她建议由我们定。",
        "他希望元宵前修好。",
        "“我下周给你换”，这话他听了三回。",
        "我问他为什么不早说。",
        "He wants it by Friday.",
    ],
)
def test_what_others_say_or_want_promises_nothing(text) -> None:
    assert not commitments.promises(text, DAY)


@pytest.mark.parametrize(
    "text", ["我答应他下周去看。", "由我去催。", "空调请修理厂来看。", "I will ask.", "We agreed I would go."]
)
def test_what_is_taken_on_promises(text) -> None:
    assert commitments.promises(text, DAY)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_written_is_read_without_a_crash(text) -> None:
    for one in commitments.find(text, DAY):
        assert text[one.start : one.end] == one.text


@pytest.mark.parametrize(("lang", "count"), [("zh", 45), ("en", 12)])
def test_the_gold_promises_are_found(lang, count) -> None:
    score = measure.of_sentences(measure.sample(lang))
    print(f"\nsentences {lang}: {score}")
    assert score.right + score.missed == count
    assert score.recall >= 0.95 and score.precision >= 0.95


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_promises_the_rules_were_never_mended_by_are_found(lang) -> None:
    score = measure.of_sentences(measure.written(lang, 4))
    print(f"\nsentences, unseen {lang}: {score}")
    assert score.precision >= 0.9 and score.recall >= 0.6


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_promises_once_found_stay_found(lang) -> None:
    score = measure.of_sentences([case for lot in (1, 2, 3) for case in measure.written(lang, lot)])
    print(f"\nsentences, seen since {lang}: {score}")
    assert score.precision >= 0.97 and score.recall >= 0.93


def test_a_promise_in_traditional_script_is_found() -> None:
    said = "他說食堂沒熱飯。我答應下週三前給他回話。"
    (found,) = commitments.find(said, date(2025, 11, 3))
    assert said[found.start : found.end] == found.text == "我答應下週三前給他回話。"
    assert found.due is not None and found.due.day == date(2025, 11, 12)
