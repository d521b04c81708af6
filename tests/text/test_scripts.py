"""Folding: traditional and simplified texts meet, and no offset moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.scripts import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("食堂沒啥意見，主要是停車", "食堂没啥意见，主要是停车"),
        ("廁所髒，沒人打掃裡面", "厕所脏，没人打扫里面"),
        ("看著著名的乾隆乾淨嗎", "看着著名的乾隆干净吗"),
        ("網際網路", "网际网路"),  # characters change, words do not
        ("停车难", "停车难"),
        ("Wi-Fi 👍", "Wi-Fi 👍"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(alphabet=st.one_of(st.sampled_from("沒車廁裡著乾\0\ud800👍𠮷 aé"), st.characters()), max_size=60))
def test_no_code_point_is_added_or_lost(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded or "著" in text or "乾" in text
    assert all(one == other or not one.isascii() for one, other in zip(text, folded, strict=True))
