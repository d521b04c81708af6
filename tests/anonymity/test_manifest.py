"""One text for everybody: any other spelling, field or key is refused before anyone answers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymity import blind, manifest, receipts
from anonymity.encoding import Malformed, b64u, canonical
from tests.anonymity.boards import ISSUE, RECEIPT, SVB1, a_manifest

GOOD = a_manifest()


def changed(**fields: Any) -> str:
    return canonical(json.loads(GOOD) | fields).decode()


def test_what_is_built_is_read() -> None:
    read = manifest.read(a_manifest(rounds=True, scrutineer=bytes([9]) + bytes(31)))
    assert (read.sid, read.title, read.least, read.split, read.rounds) == ("s-1", "团课满意度调查", 3, "all", True)
    assert (read.collect_size, read.cast_size, read.scrutineer) == (2048, 8192, bytes([9]) + bytes(31))
    assert read.issuer.public_numbers() == ISSUE.public_key().public_numbers()
    assert read.receipts.public_numbers() == RECEIPT.public_key().public_numbers()
    assert read.form == manifest.form_hash({"items": [{"id": "q1"}]})
    assert read.mh == manifest.mh(read.text)


def test_the_fields_are_those_of_the_protocol() -> None:
    assert sorted(json.loads(GOOD)) == sorted(
        "v sid title form issue_key receipt_key least split rounds scrutineer sizes".split()
    )


def test_the_fingerprint_is_the_first_96_bits() -> None:
    print_ = manifest.fingerprint(GOOD)
    assert len(print_.split(" ")) == 6 and {len(group) for group in print_.split(" ")} == {4}
    assert print_.replace(" ", "") == manifest.mh(GOOD).hex()[:24]


@pytest.mark.parametrize("vector", SVB1["ballots"], ids=lambda vector: vector["seed"][:4])
def test_vectors(vector: dict[str, Any]) -> None:
    assert manifest.fingerprint(vector["manifest"]) == vector["fingerprint"]
    assert manifest.mh(vector["manifest"]).hex() == vector["mh"]
    assert manifest.read(vector["manifest"]).form == manifest.form_hash(vector["definition"])


@pytest.mark.parametrize(
    "fields",
    [
        {"v": "svb2"},
        {"sid": ""},
        {"sid": 7},
        {"title": None},
        {"form": "ab"},
        {"form": "A" * 64},
        {"issue_key": ""},
        {"issue_key": b64u(b"no key")},
        {"issue_key": json.loads(GOOD)["issue_key"] + "="},
        {"receipt_key": json.loads(GOOD)["issue_key"]},
        {"least": 0},
        {"least": True},
        {"least": 2.5},
        {"split": "some"},
        {"split": None},
        {"rounds": 0},
        {"scrutineer": "AA"},
        {"scrutineer": None},
        {"sizes": {"collect": 2048}},
        {"sizes": {"collect": 2048, "cast": -1}},
        {"sizes": {"collect": 2048, "cast": 1, "x": 1}},
        {"sizes": []},
        {"extra": 1},
    ],
    ids=lambda fields: "-".join(f"{name}={str(value)[:12]}" for name, value in fields.items()),
)
def test_any_other_field_is_refused(fields: dict[str, Any]) -> None:
    assert manifest.read(changed(title="x")).title == "x"
    with pytest.raises(Malformed):
        manifest.read(changed(**fields))


@pytest.mark.parametrize("name", json.loads(GOOD))
def test_no_field_may_be_missing(name: str) -> None:
    content = json.loads(GOOD)
    del content[name]
    with pytest.raises(Malformed):
        manifest.read(canonical(content).decode())


@pytest.mark.parametrize("text", [None, {}, "", "[]", "null", " " + GOOD, GOOD.replace('"v"', ' "v"'), GOOD.encode()])
def test_any_other_text_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        manifest.read(text)


def test_a_scrutineer_nobody_can_be_is_refused_before_the_survey_opens() -> None:
    for wrong in (bytes(32), bytes([1]) + bytes(31), bytes(31)):
        with pytest.raises(Malformed):
            a_manifest(scrutineer=wrong)


def test_a_text_without_end_is_refused() -> None:
    assert manifest.read(changed(title="心" * 60_000)).title
    with pytest.raises(Malformed):
        manifest.read(changed(title="心" * 65_000))


def test_a_key_of_the_other_kind_is_refused() -> None:
    """Were one key to sign both, a receipt could be signed blindly; the two kinds rule that out."""
    for keys in ({"receipt_key": blind.public_der(ISSUE)}, {"issue_key": receipts.public_der(RECEIPT)}):
        with pytest.raises(Malformed):
            a_manifest(**keys)


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="utf-8"))
def test_every_change_of_a_sign_changes_the_fingerprint_or_is_refused(place: int, sign: str) -> None:
    text = GOOD[:place] + sign + GOOD[place + 1 :]
    if text != GOOD:
        assert manifest.fingerprint(text) != manifest.fingerprint(GOOD)
