"""Two texts side by side: nothing left out, whatever they say."""

from hypothesis import given
from hypothesis import strategies as st

from interviews.differences import compare


def test_one_long_paragraph_is_compared_by_sentence() -> None:
    lines = compare("他说热水停了。停车难。手套不够。", "他说热水停了。停车很难。手套不够。想学仪表。")
    assert [line.kind for line in lines] == ["same", "changed", "same", "right"]
    assert (lines[1].left, lines[1].right) == ("停车难。", "停车很难。")


def test_english_sentences() -> None:
    kinds = [line.kind for line in compare("One. Two 3.5 times. Three.", "One. Three.")]
    assert kinds == ["same", "left", "same"]


@given(st.text(alphabet="甲乙。！\n. a”", max_size=60), st.text(alphabet="甲乙。！\n. a”", max_size=60))
def test_nothing_is_lost(left: str, right: str) -> None:
    lines = compare(left, right)
    for text, side in ((left, "left"), (right, "right")):
        assert "".join("".join(getattr(line, side) for line in lines).split()) == "".join(text.split())
