"""Every byte string has one spelling, every spelling one meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymity.encoding import Malformed, b64u, canonical, sha256, unb64u, uncanonical, unhex

TEXTS = st.text(st.characters(codec="utf-8"))  # a lone surrogate has no UTF-8
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300))
def test_bytes_come_back(content: bytes) -> None:
    assert unb64u(b64u(content)) == content
    assert unb64u(b64u(content), len(content)) == content
    with pytest.raises(Malformed):
        unb64u(b64u(content), len(content) + 1)


@given(st.text(st.sampled_from("AZaz09-_+/= \n\u00e9"), max_size=12))
def test_no_second_spelling_is_taken(text: str) -> None:
    try:
        content = unb64u(text)
    except Malformed:
        return
    assert b64u(content) == text


@pytest.mark.parametrize("text", ["A", "AB", "AAA=", "AA==", "A A", "AAAA\n", "AAA+", "AA/A", "ＡＡ", None, 5, b"AAAA"])
def test_what_is_not_base64url_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        unb64u(text)


@pytest.mark.parametrize("text", ["", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n", "a" * 65, None, 7])
def test_what_is_not_a_hash_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        unhex(text)
    assert unhex("0f" * 32) == b"\x0f" * 32


def test_canonical_json_to_the_byte() -> None:
    assert (
        canonical({"b": [1, True, None], "a": '心"\n', "B": 0.5})
        == '{"B":0.5,"a":"心\\"\\n","b":[1,true,null]}'.encode()
    )


@given(JSON)
def test_canonical_json_comes_back(content: object) -> None:
    text = canonical(content).decode()
    assert canonical(uncanonical(text)).decode() == text


@pytest.mark.parametrize(
    "text",
    ['{"b":1,"a":2}', '{"a": 1}', '{"a":1,"a":1}', '"\\u5fc3"', "[1.0e2]", "1 ", "", "{", "NaN", '"\\ud800"', None],
)
def test_another_spelling_of_the_same_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        uncanonical(text)


@pytest.mark.parametrize("content", [float("nan"), {1, 2}, b"x", "\ud800"])
def test_what_has_no_canonical_form_is_refused(content: object) -> None:
    with pytest.raises(Malformed):
        canonical(content)


def test_a_hash_of_parts_is_that_of_the_whole() -> None:
    assert sha256(b"a", b"bc") == sha256(b"abc")
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
