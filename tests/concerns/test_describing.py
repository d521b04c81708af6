"""Describing: a group is called by a thing and what about it, in the words of its texts; no two groups alike."""

from collections.abc import Sequence

import pytest

from concerns.describing import Described, describe
from text.reading import read
from text.vocabulary import NONE

NIGHT_MEALS = ["夜班供餐没有热饭", "夜班供餐太少", "希望改善夜班供餐", "夜班供餐只有泡面"]
PARKING = ["停车位太少，绕两圈也没有", "停车位太少", "早上停车位太少了", "停车位太少，电动车占了"]
SCHOOL = ["接送孩子赶不上", "孩子放学没人接送", "孩子上学接送是最大的事", "孩子接送太难"]
LOCKERS = ["The locker room leaks", "Our locker room is cold", "No light in the locker room"]
DECLINED = ["My card was declined", "Why is my card declined?", "The card has been declined again"]


def described(*groups: Sequence[str]) -> list[Described | None]:
    texts = [text for group in groups for text in group]
    places, at = [], 0
    for group in groups:
        places.append(list(range(at, at + len(group))))
        at += len(group)
    return describe(texts, [reading for reading in read(texts) if reading], places, NONE, lambda share: None)


@pytest.mark.parametrize(
    ("group", "label"),
    [
        (NIGHT_MEALS, "夜班供餐"),
        (PARKING, "停车位太少"),
        (LOCKERS, "Locker room"),
        (DECLINED, "Card declined"),
    ],
    ids=["night meals", "parking", "lockers", "declined"],
)
def test_a_thing_and_what_about_it(group: Sequence[str], label: str) -> None:
    others = [each for each in (NIGHT_MEALS, PARKING, SCHOOL, LOCKERS, DECLINED) if each is not group]
    (found, *_) = described(group, *others)
    assert found is not None
    assert found.label == label


def test_one_word_that_leaves_open_what_about_it_is_no_label() -> None:
    (found, *_) = described(SCHOOL, NIGHT_MEALS, PARKING)
    assert found is not None
    assert found.label != "孩子"
    assert "接送" in found.label or found.label == "子女照护与入学"


def test_no_two_groups_are_told_apart_by_a_number_or_by_order() -> None:
    groups = [[f"噪音扰民{mark}", f"晚上噪音扰民{mark}", f"扰民的噪音{mark}"] for mark in ("！", "。", "？", "…")]
    labels = [each.label for each in described(*groups, NIGHT_MEALS) if each]
    assert len(labels) == 5
    assert len({"".join(sorted(label.replace("·", ""))) for label in labels}) == 5
    assert not [label for label in labels if label[-1].isdigit()]


def test_english_labels_stand_in_sentence_case() -> None:
    for each in described(LOCKERS, DECLINED):
        assert each is not None
        assert each.label[:1].isupper()


def test_what_stands_for_a_masked_name_names_nothing() -> None:
    chinese = ["某某不回消息", "某某的班表乱", "〔岗位〕的班表乱", "班表又是某某改的"]
    english = ["[name] shouts at the crew", "[name] never answers", "[post] and the crew", "The crew of [name]"]
    for each in described(chinese, english, PARKING):
        assert each is not None
        assert not [
            word for word in (each.label, *each.terms) if "某" in word or "岗位" in word or "name" in word.lower()
        ]


def test_every_part_of_a_summary_stands_in_a_text() -> None:
    for each, group in zip(described(NIGHT_MEALS, SCHOOL), (NIGHT_MEALS, SCHOOL), strict=True):
        assert each is not None
        assert all(any(part in text for text in group) for part in each.summary.split("；"))
