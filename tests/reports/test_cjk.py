"""Text made safe and ready to set."""

import re

import pytest

from reports import cjk


def plain(markup: str) -> str:
    return re.sub(r"<[^>]+>|[\u200b\u2060]", "", markup)


def test_markup_in_text_is_only_text() -> None:
    assert cjk.prepare("<b>&\"'</b>") == "&lt;b&gt;&amp;&#34;&#39;&lt;/b&gt;"
    assert cjk.prepare("<b>", "en") == "&lt;b&gt;"


def test_adjacent_marks_close_up() -> None:
    assert cjk.prepare("他说：“好。”").count("<i class=q>") == 2
    assert "<i" not in cjk.prepare("他说，好。")
    assert cjk.prepare("（“夜班”）").startswith("<i class=q>（</i>")


def test_lines_may_break_beside_quotes_and_signs_stay_with_numbers() -> None:
    assert cjk.prepare("职工“说事”平台") == "职工\u200b“说事”\u200b平台"
    assert cjk.prepare("降至−29.7") == "降至−\u206029.7"


def test_a_line_end_becomes_a_full_space() -> None:
    assert cjk.prepare("饭菜差\n  太贵\n") == "饭菜差\u3000太贵"
    assert cjk.prepare("too dear\ntoo late", "en") == "too dear\ntoo late"


def test_an_apostrophe_is_not_a_quote() -> None:
    assert cjk.prepare("Cohen’s") == "Cohen<span class=la>’</span>s"
    assert cjk.prepare("Cohen's") == "Cohen<span class=la>’</span>s"
    assert cjk.prepare("Cohen’s", "en") == "Cohen’s"


@pytest.mark.parametrize("text", ["“好”，他说。", "（‘甲’、‘乙’）", "1。2", "𠮷野家", "👩‍🔧", "王喆·买买提"])
def test_nothing_but_invisible_signs_is_added(text: str) -> None:
    assert plain(cjk.prepare(text)) == cjk.clean(text)


@pytest.mark.parametrize(
    "unprintable", ["\x00", "\x1b", "\u202e", "\u2066", "\ufeff", "\ud800", "\ue001", "\U000f0000"]
)
def test_what_cannot_be_printed_is_left_out(unprintable: str) -> None:
    assert cjk.clean(f"甲{unprintable}乙") == "甲乙"


def test_lines_and_tabs_and_joined_scripts_stay() -> None:
    assert cjk.clean("甲\n乙\tक्\u200dष") == "甲\n乙\tक्\u200dष"


def test_only_visible_characters_are_spaced() -> None:
    assert cjk.slots("甲\u200b乙\u2060丙e\u0301") == 4
    assert cjk.slots("🇨🇳甲") == 2
    assert cjk.spaced("甲\u200b乙丙") == [(0, 1), (2, 4)]


def test_addresses_may_break_at_their_joints() -> None:
    page = cjk.prepare("见https://www.example.org/a/b?year=2026&lang=zh，好")
    assert page == (
        "见https://\u200bwww.\u200bexample.\u200borg/\u200ba/\u200bb?\u200byear=\u200b2026&amp;\u200blang=\u200bzh，好"
    )
    assert cjk.prepare("zhang.san@long-example.org", "en").count("\u200b") == 4
    assert cjk.prepare("共1/3，A/B型，a@b") == "共1/3，A/B型，a@b"
