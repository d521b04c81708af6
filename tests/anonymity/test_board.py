"""The tree over the leaves, the paths to its root, and the statement the server signs."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymity import ballot, board
from anonymity.encoding import Malformed, canonical, sha256, unb64u
from tests.anonymity.boards import DOORS, LEAST, OTHER, SLIPS, SVB1, a_board, a_manifest, ballots

LEAVES = st.lists(st.binary(min_size=32, max_size=32), max_size=40, unique=True).map(sorted)
MANIFEST = a_manifest()
COUNTS: dict[str, Any] = {"issued": 10, "invited": 12, "slips": SLIPS, "other": OTHER, "doors": DOORS}


def by_the_rfc(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962, section 2.1 says it: split at the largest power of two below the number."""
    if not leaves:
        return sha256(b"\0")
    if len(leaves) == 1:
        return sha256(b"\0", leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1", by_the_rfc(leaves[:half]), by_the_rfc(leaves[half:]))


@pytest.mark.parametrize("vector", SVB1["roots"], ids=lambda vector: str(len(vector["leaves"])))
def test_vectors(vector: dict[str, Any]) -> None:
    assert board.root([bytes.fromhex(leaf) for leaf in vector["leaves"]]).hex() == vector["root"]


@given(LEAVES)
def test_the_tree_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert board.root(leaves) == by_the_rfc(leaves)


@given(LEAVES.filter(len), st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_only(leaves: list[bytes], data: st.DataObject) -> None:
    leaf = data.draw(st.sampled_from(leaves))
    steps, root = board.path(leaves, leaf), board.root(leaves)
    assert board.includes(root, leaf, steps)
    assert len(steps) <= max(len(leaves) - 1, 0).bit_length()
    assert not board.includes(root, sha256(leaf), steps)
    assert not board.includes(sha256(root), leaf, steps)
    if steps:
        place = data.draw(st.integers(0, len(steps) - 1))
        left, node = steps[place]
        assert not board.includes(root, leaf, [*steps[:place], *steps[place + 1 :]])
        other_side = [*steps[:place], board.Step(not left, node), *steps[place + 1 :]]
        assert not board.includes(root, leaf, other_side)


@given(LEAVES.filter(len), st.data())
def test_any_change_of_the_leaves_changes_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    byte, change = data.draw(st.integers(0, 31)), data.draw(st.integers(1, 255))
    changed = bytearray(leaves[place])
    changed[byte] ^= change
    root = board.root(leaves)
    assert board.root([*leaves[:place], bytes(changed), *leaves[place + 1 :]]) != root
    assert board.root([*leaves[:place], *leaves[place + 1 :]]) != root
    assert board.root([*leaves, bytes(changed)]) != root
    assert board.root([*leaves, leaves[-1]]) != root
    if len(leaves) > 1:
        assert board.root(leaves[::-1]) != root


def test_no_path_for_a_stranger() -> None:
    with pytest.raises(Malformed):
        board.path([b"a" * 32], b"b" * 32)


def test_a_small_count_is_not_told() -> None:
    assert [board.told(count, 5) for count in (0, 1, 4, 5, 40)] == ["<5", "<5", "<5", 5, 40]


def test_the_statement_says_what_is_counted() -> None:
    leaves = [bytes([n]) * 32 for n in range(3)]
    text = board.statement(MANIFEST, leaves, **COUNTS)
    assert canonical(json.loads(text)).decode() == text
    assert json.loads(text) == {
        "v": "svb1",
        "sid": "s-1",
        "mh": sha256(MANIFEST.encode()).hex(),
        "root": board.root(leaves).hex(),
        "counted": 3,
        **COUNTS,
    }


@pytest.mark.parametrize(
    "counts",
    [
        {"issued": -1},
        {"issued": True},
        {"issued": 2**53},
        {"invited": None},
        {"invited": 1.0},
        {"slips": {"printed": 1}},
        {"slips": SLIPS | {"used": "1"}},
        {"slips": SLIPS | {"lost": 1}},
        {"other": {"keyed": 1}},
        {"other": OTHER | {"keyed": -1}},
    ],
    ids=str,
)
def test_nothing_an_auditor_cannot_read_is_signed(counts: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        board.statement(MANIFEST, [], **COUNTS | counts)


@pytest.mark.parametrize("leaves", [[b"b" * 32, b"a" * 32], [b"a" * 32, b"a" * 32]])
def test_leaves_stand_in_order_and_once(leaves: list[bytes]) -> None:
    with pytest.raises(Malformed):
        board.statement(MANIFEST, leaves, **COUNTS)


def test_what_is_published() -> None:
    cast = ballots(MANIFEST, 4)
    published = a_board(cast=cast)
    assert sorted(published) == sorted(
        "v sid manifest counted issued invited root leaves ballots slips doors other statement signature".split()
    )
    assert published["leaves"] == sorted(each.leaf.hex() for each in cast)
    for leaf, row in zip(published["leaves"], published["ballots"], strict=True):
        message = ballot.message(unb64u(row["prefix"]), sha256(MANIFEST.encode()))
        assert ballot.leaf(message, unb64u(row["commitment"])).hex() == leaf
    assert canonical(published | {"ballots": published["ballots"][::-1]}) != canonical(published)
    assert canonical(a_board(cast=cast)["leaves"]) == canonical(published["leaves"])


def test_ballots_are_published_in_order_whatever_order_they_come_in() -> None:
    cast = ballots(MANIFEST, 5)
    said = board.statement(MANIFEST, [each.leaf for each in cast], **COUNTS)
    assert board.published(MANIFEST, said, b"s", cast[::-1]) == board.published(MANIFEST, said, b"s", cast)
    assert LEAST == 3
