"""The auditor finds every change: by anybody, and by the server that can sign anew."""

import json
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymity import ballot, blind, board, manifest, receipts
from anonymity.audit import Check, audit, read_board
from anonymity.encoding import Malformed, b64u, canonical, sha256
from tests.anonymity.boards import ISSUE, RECEIPT, a_board, a_manifest, ballots, signed_anew

MANIFEST = a_manifest()
GOOD = a_board()
TEXT = canonical(GOOD).decode()
CAST = ballots(MANIFEST, 7)


def failed(published: Any, **asked: str) -> set[str]:
    """Return which checks did not hold."""
    return {str(finding.what) for finding in audit(published, **asked).findings if not finding.ok}


def test_a_board_in_order_stands() -> None:
    verdict = audit(read_board(TEXT))
    assert verdict.ok, verdict
    assert [finding.what for finding in verdict.findings] == [
        check for check in Check if check not in (Check.FINGERPRINT, Check.RECEIPT)
    ]
    assert all(finding.detail for finding in verdict.findings)


def test_a_board_nobody_answered_stands() -> None:
    counts = {"slips": dict.fromkeys(board.SLIPS, 0), "other": dict.fromkeys(board.OTHER, 0), "doors": {}}
    assert audit(a_board(0, issued=0, **counts)).ok


def test_any_mapping_will_do() -> None:
    frozen = MappingProxyType(GOOD | {"slips": MappingProxyType(GOOD["slips"]), "leaves": tuple(GOOD["leaves"])})
    assert audit(frozen).ok


# What anybody may have changed, who cannot sign.


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.sampled_from('0129afAZ-_<," {}心'))
def test_a_change_of_any_one_sign_is_found(place: int, sign: str) -> None:
    text = TEXT[:place] + sign + TEXT[place + 1 :]
    if text == TEXT:
        return
    try:
        published = read_board(text)
    except Malformed:
        return
    assert not audit(published).ok, f"{TEXT[place - 20 : place]}[{TEXT[place]} -> {sign}]{TEXT[place + 1 : place + 20]}"


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(TEXT.encode()) - 1), st.integers(1, 255))
def test_a_change_of_any_one_byte_is_found(place: int, change: int) -> None:
    content = bytearray(TEXT.encode())
    content[place] ^= change
    try:
        published = read_board(content.decode())
    except (Malformed, UnicodeDecodeError):
        return
    assert not audit(published).ok


def paths(content: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every single value of the board."""
    if isinstance(content, dict):
        return [path for name, inner in content.items() for path in paths(inner, (*here, name))]
    if isinstance(content, list):
        return [path for place, inner in enumerate(content) for path in paths(inner, (*here, place))]
    return [here]


def put(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return the good board with another value at the end of the path."""
    changed = json.loads(TEXT)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize("path", paths(GOOD), ids=lambda path: ".".join(map(str, path)))
def test_every_value_counts(path: tuple[Any, ...]) -> None:
    inner: Any = GOOD
    for step in path:
        inner = inner[step]
    others: list[Any] = [None, "", [], {}, True, 1.5, "\ud800", "心"]
    if isinstance(inner, int):
        others += [inner + 1, inner - 1, -inner - 1, str(inner), float(inner), 10**5000, 2**60]
    else:
        others += [inner + "A", inner[:-1], inner[1:] + inner[0], inner.upper() + "0", int("7")]
    for other in others:
        assert not audit(put(path, other)).ok, other


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner, max_size=5),
        max_leaves=10,
    ),
    st.sampled_from(sorted(GOOD)),
)
def test_the_auditor_never_stumbles(anything: Any, name: str) -> None:
    assert not audit(anything).ok
    if anything != GOOD[name]:
        assert not audit(GOOD | {name: anything}).ok


@pytest.mark.parametrize("name", GOOD)
def test_no_field_may_be_missing_or_added(name: str) -> None:
    assert failed({key: value for key, value in GOOD.items() if key != name}) == {"form"}
    assert failed(GOOD | {f"{name}2": 1}) == {"form"}


@pytest.mark.parametrize("text", ["", "[]", "7", TEXT + "\n", TEXT.replace('"v":', '"v": '), "[" * 100_000])
def test_another_spelling_is_no_board(text: str) -> None:
    with pytest.raises(Malformed):
        read_board(text)


# What the server itself may have changed: everything is signed anew, and yet does not add up.


def other_ballot(**changes: Any) -> list[board.Ballot]:
    """Return the cast ballots with the first one changed."""
    return sorted([CAST[0]._replace(**changes), *CAST[1:]])


def signed_by_another_key() -> dict[str, Any]:
    signature = blind.sign(blind.generate(), ballot.message(CAST[0].prefix, manifest.mh(MANIFEST)))
    return a_board(cast=other_ballot(signature=signature))


def of_another_survey() -> dict[str, Any]:
    text = a_manifest(sid="s-2")
    return a_board(cast=sorted([ballots(text, 1)[0], *CAST[1:]]))


def counted_twice() -> dict[str, Any]:
    """One signed ballot, put in a second time with other answers."""
    message = ballot.message(CAST[0].prefix, manifest.mh(MANIFEST))
    committed = sha256(b"other answers")
    second = CAST[0]._replace(leaf=ballot.leaf(message, committed), commitment=committed)
    return a_board(cast=sorted([*CAST, second]), doors={"phone": 6, "computer": "<3", "paper": "<3"})


def with_a_leaf_of_its_own() -> dict[str, Any]:
    return a_board(cast=other_ballot(leaf=sha256(b"nothing")))


def with_a_ballot_dropped_after_signing() -> dict[str, Any]:
    return a_board() | {"leaves": GOOD["leaves"][1:], "ballots": GOOD["ballots"][1:]}


def out_of_order() -> dict[str, Any]:
    leaves = [GOOD["leaves"][1], GOOD["leaves"][0], *GOOD["leaves"][2:]]
    rows = [GOOD["ballots"][1], GOOD["ballots"][0], *GOOD["ballots"][2:]]
    root = board.root([bytes.fromhex(leaf) for leaf in leaves]).hex()
    return signed_anew(GOOD | {"leaves": leaves, "ballots": rows, "root": root}, root=root)


def with_one_counted_less() -> dict[str, Any]:
    return signed_anew(GOOD | {"counted": 6}, counted=6)


def with_the_root_of_others() -> dict[str, Any]:
    root = board.root([each.leaf for each in CAST[1:]]).hex()
    return signed_anew(GOOD | {"root": root}, root=root)


def with_another_survey_s_manifest() -> dict[str, Any]:
    text = a_manifest(title="另一份问卷")
    return signed_anew(GOOD | {"manifest": text}, mh=manifest.mh(text).hex())


def with_the_name_of_another() -> dict[str, Any]:
    return signed_anew(GOOD | {"sid": "s-2"}, sid="s-2")


def with_broken_manifest() -> dict[str, Any]:
    text = MANIFEST.replace('"least":3', '"least":0')
    return signed_anew(GOOD | {"manifest": text}, mh=manifest.mh(text).hex())


def signed_by_nobody() -> dict[str, Any]:
    return GOOD | {"signature": b64u(blind.sign(ISSUE, b"board1" + GOOD["statement"].encode()))}


def with_a_statement_of_more() -> dict[str, Any]:
    return signed_anew(GOOD, note="all is well")


def with_a_statement_of_nothing() -> dict[str, Any]:
    text = "[]"
    return GOOD | {"statement": text, "signature": b64u(receipts.sign_board(RECEIPT, text))}


def with_a_statement_spelt_otherwise() -> dict[str, Any]:
    text = GOOD["statement"] + " "
    return GOOD | {"statement": text, "signature": b64u(receipts.sign_board(RECEIPT, text))}


def slips(**changed: int) -> dict[str, Any]:
    return a_board(slips=GOOD["slips"] | changed)


SCHEMES: list[tuple[Callable[[], dict[str, Any]], set[str]]] = [
    (signed_by_another_key, {"signatures"}),
    (of_another_survey, {"signatures", "commitments"}),
    (counted_twice, {"once"}),
    (with_a_leaf_of_its_own, {"commitments"}),
    (with_a_ballot_dropped_after_signing, {"leaves", "root"}),
    (out_of_order, {"leaves"}),
    (with_one_counted_less, {"leaves"}),
    (with_the_root_of_others, {"root"}),
    (with_another_survey_s_manifest, {"signatures", "commitments"}),
    (with_the_name_of_another, {"manifest"}),
    (with_broken_manifest, {"manifest"}),
    (signed_by_nobody, {"statement"}),
    (with_a_statement_of_more, {"counts"}),
    (with_a_statement_of_nothing, {"counts"}),
    (with_a_statement_spelt_otherwise, {"counts"}),
    (lambda: signed_anew(GOOD, slips=GOOD["slips"] | {"used": True}), {"counts"}),
    (lambda: signed_anew(GOOD, issued=10.0), {"counts"}),
    (lambda: a_board(issued=6), {"limits"}),
    (lambda: a_board(issued=12, invited=11), {"limits"}),
    (lambda: slips(used=4), {"slips"}),
    (lambda: slips(drawn=5), {"slips"}),
    (lambda: slips(printed=9, used=8), {"slips"}),
    (lambda: slips(printed=12, drawn=11), {"slips"}),
    (lambda: slips(printed=20, destroyed=11, drawn=7), {"slips"}),
    (lambda: a_board(doors={"phone": 10}), {"doors"}),
    (lambda: a_board(doors={"phone": 6}), {"doors"}),
    (lambda: a_board(doors={"phone": 2, "computer": 5}), {"doors"}),
    (lambda: a_board(doors={"phone": "<4", "computer": 5}), {"doors"}),
    (lambda: a_board(doors={}), {"doors"}),
]


@pytest.mark.parametrize(("scheme", "found"), SCHEMES)
def test_what_the_server_signs_must_add_up(scheme: Callable[[], dict[str, Any]], found: set[str]) -> None:
    assert failed(scheme()) == found


def test_every_check_can_fail() -> None:
    """Those of a reader's own are below; the rest each stand in a scheme above, and form in the tests before."""
    checks = {check.value for check in Check} - {Check.FORM, Check.FINGERPRINT, Check.RECEIPT}
    assert set().union(*(found for _scheme, found in SCHEMES)) == checks


def test_doors_that_add_up_stand() -> None:
    for doors in ({"phone": 7}, {"phone": 9}, {"phone": 6, "kiosk": "<3"}, {"phone": 3, "paper": 4}):
        assert audit(a_board(doors=doors)).ok


# What only the reader knows: the fingerprint on the notice, and a ballot of one's own.


def test_the_fingerprint_of_the_notice() -> None:
    right = manifest.fingerprint(MANIFEST)
    assert audit(GOOD, expected=right).ok
    assert audit(GOOD, expected=f" {right.upper().replace(' ', '')} ").ok
    assert failed(GOOD, expected=manifest.fingerprint(a_manifest(sid="s-2"))) == {"fingerprint"}
    assert failed(GOOD, expected=right[:-1]) == {"fingerprint"}


def test_a_whole_other_survey_is_found_by_the_fingerprint_alone() -> None:
    text = a_manifest(title="另一份问卷")
    forged = a_board(manifest_text=text)
    assert audit(forged).ok
    assert failed(forged, expected=manifest.fingerprint(MANIFEST)) == {"fingerprint"}


def test_a_ballot_of_one_s_own() -> None:
    leaf = CAST[3].leaf
    receipt = b64u(receipts.receipt(RECEIPT, manifest.mh(MANIFEST), leaf))
    assert audit(GOOD, leaf=leaf.hex()).ok
    assert audit(GOOD, leaf=leaf.hex(), receipt=receipt).ok
    assert failed(GOOD, leaf=leaf.hex(), receipt=b64u(bytes(64))) == {"receipt"}
    assert failed(GOOD, leaf=leaf.hex(), receipt="?") == {"receipt"}
    assert failed(GOOD, leaf="心") == {"receipt"}


def test_a_ballot_left_out_is_proven_by_its_receipt() -> None:
    gone = CAST[0].leaf
    receipt = b64u(receipts.receipt(RECEIPT, manifest.mh(MANIFEST), gone))
    without = a_board(cast=CAST[1:], doors={"phone": 6})
    assert audit(without).ok
    verdict = audit(without, leaf=gone.hex(), receipt=receipt)
    assert [(finding.what, finding.detail) for finding in verdict.findings if not finding.ok] == [
        ("receipt", "not on the board; the receipt is the server's")
    ]


def test_many_wrong_ballots_are_counted_and_a_few_named() -> None:
    cast = sorted(each._replace(signature=bytes(256)) for each in CAST)
    (finding,) = [finding for finding in audit(a_board(cast=cast)).findings if not finding.ok]
    assert finding.detail == "0 of 7 signed by the issuing key; not number 1, 2, 3, 4, 5 and 2 more"
