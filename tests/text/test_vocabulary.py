"""An organisation's own words."""

import pickle

import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from text.vocabulary import NONE, Vocabulary, joined, joined_tagged, plain

OWN = Vocabulary.of(["二号岗亭", "岗亭", "OA系统", "call tree", "  ", "岗亭"], ["同志们", "Branch"])


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["二号", "岗亭", "漏雨"], ["二号岗亭", "漏雨"]),
        (["新岗", "亭子", "漏雨"], ["新", "岗亭", "子", "漏雨"]),
        (["二號", "崗亭", "漏雨"], ["二號崗亭", "漏雨"]),
        (["岗", "。", "亭"], ["岗", "。", "亭"]),
        (["oa", "系统", "慢"], ["oa系统", "慢"]),
        (["The", " ", "Call", " ", "tree", " ", "is"], ["The", " ", "Call tree", " ", "is"]),
        (["recall", " ", "trees"], ["recall", " ", "trees"]),
        (["岗亭", "岗亭"], ["岗亭", "岗亭"]),
        ([], []),
    ],
)
def test_known_words_stay_whole(tokens: list[str], expected: list[str]) -> None:
    assert joined(tokens, OWN) == expected


def test_a_known_word_is_a_noun() -> None:
    assert joined_tagged([("二号", "m"), ("岗亭子", "v")], OWN) == [("二号岗亭", "n"), ("子", "v")]


@given(st.text(alphabet="二号岗亭子漏雨oacltre 。", max_size=30))
def test_joining_keeps_the_text(text: str) -> None:
    tokens = list(rjieba.cut(text))
    after = joined(tokens, OWN)
    assert "".join(after) == text
    assert all(after)
    known = [text[start:end] for start, end in OWN.spans(text)]
    assert all(plain(word) in OWN.words for word in known)
    assert [token for token in after if plain(token) in OWN.words] == known


def test_nothing_known_changes_nothing() -> None:
    assert joined(["二号", "岗亭"], NONE) == ["二号", "岗亭"]
    assert not NONE
    assert OWN
    assert Vocabulary.of([], ["同志们"])


def test_words_that_say_nothing() -> None:
    assert OWN.says_nothing("同志們")
    assert OWN.says_nothing("BRANCH")
    assert not OWN.says_nothing("岗亭")


def test_it_goes_to_another_process_as_it_is() -> None:
    assert list(OWN.spans("二号岗亭")) == [(0, 4)]
    copy = pickle.loads(pickle.dumps(OWN))
    assert copy == OWN
    assert hash(copy) == hash(OWN)
    assert len(pickle.dumps(OWN)) < 500
    assert list(copy.spans("二号岗亭")) == [(0, 4)]


@given(st.text(max_size=20))
def test_a_word_to_compare_keeps_its_length(word: str) -> None:
    assert len(plain(word)) == len(word)
