"""What a closed survey publishes: every ballot's leaf, the root over them, the counts, and one signature.

The tree is that of RFC 6962: a leaf is hashed behind a zero byte, two nodes behind a one, an odd node moves up.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from anonymity.encoding import Malformed, b64u, canonical, sha256, uncanonical
from anonymity.manifest import VERSION, mh, read

SLIPS = frozenset(("printed", "drawn", "used", "destroyed"))
OTHER = frozenset(("keyed", "imported"))
_MOST = 2**53  # the largest count every reader of JSON takes


class Step(NamedTuple):
    """A neighbour on the way from a leaf to the root."""

    left: bool
    node: bytes


class Ballot(NamedTuple):
    """A counted ballot as it is published: no answers, and nothing of who cast it."""

    leaf: bytes
    prefix: bytes
    signature: bytes
    commitment: bytes


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the leaves in the order given."""
    level = [_leaf_node(leaf) for leaf in leaves]
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else sha256(b"\x00")


def path(leaves: Sequence[bytes], leaf: bytes) -> tuple[Step, ...]:
    """Return the neighbours that lead from `leaf` to the root; raise `Malformed` when it is not among the leaves."""
    if leaf not in leaves:
        raise Malformed("no such leaf")
    place = leaves.index(leaf)
    level = [_leaf_node(each) for each in leaves]
    steps = []
    while len(level) > 1:
        neighbour = place ^ 1
        if neighbour < len(level):
            steps.append(Step(neighbour < place, level[neighbour]))
        level, place = _above(level), place // 2
    return tuple(steps)


def includes(root: bytes, leaf: bytes, path: Iterable[Step]) -> bool:
    """Return whether the path leads from `leaf` to `root`."""
    node = _leaf_node(leaf)
    for step in path:
        node = _joined(step.node, node) if step.left else _joined(node, step.node)
    return node == root


def _leaf_node(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def _joined(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


def _above(level: Sequence[bytes]) -> list[bytes]:
    return [_joined(*level[i : i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]


def is_count(number: object) -> bool:
    """Return whether `number` is a whole number from 0 that every reader of JSON takes."""
    return type(number) is int and 0 <= number < _MOST


def told(count: int, least: int) -> int | str:
    """Return a door's count as the board tells it: "<5" for any number under a floor of 5, nought included."""
    return count if count >= least else f"<{least}"


def statement(
    manifest_text: str,
    leaves: Sequence[bytes],
    *,
    issued: int,
    invited: int,
    slips: Mapping[str, int],
    other: Mapping[str, int],
    doors: Mapping[str, int | str],
) -> str:
    """Return the canonical text the server signs at close.

    Leaves in ascending order; `slips` has printed, drawn, used, destroyed; `other` has keyed, imported; `doors` the
    counts as `told`. Raises `Malformed` for anything else, so that nothing an auditor cannot read is ever signed.
    """
    if any(a >= b for a, b in zip(leaves, leaves[1:], strict=False)):
        raise Malformed("leaves out of order, or one twice")
    if slips.keys() != SLIPS or other.keys() != OTHER:
        raise Malformed("counts of slips or of other ways are missing")
    if not all(is_count(number) for number in (issued, invited, *slips.values(), *other.values())):
        raise Malformed("a count that is not a number from 0")
    content = {
        "v": VERSION,
        "sid": read(manifest_text).sid,
        "mh": mh(manifest_text).hex(),
        "root": root(leaves).hex(),
        "counted": len(leaves),
        "issued": issued,
        "invited": invited,
        "slips": dict(slips),
        "other": dict(other),
        "doors": dict(doors),
    }
    return canonical(content).decode()


def published(manifest_text: str, statement: str, signature: bytes, ballots: Iterable[Ballot]) -> dict[str, Any]:
    """Return the board as everybody may fetch it; `canonical` of it is board.json. Ballots come in any order."""
    said: Any = uncanonical(statement)
    ordered = sorted(ballots)
    names = ("v", "sid", "counted", "issued", "invited", "root", "slips", "other", "doors")
    return {
        **{name: said[name] for name in names},
        "manifest": manifest_text,
        "leaves": [ballot.leaf.hex() for ballot in ordered],
        "ballots": [
            {
                "prefix": b64u(ballot.prefix),
                "signature": b64u(ballot.signature),
                "commitment": b64u(ballot.commitment),
            }
            for ballot in ordered
        ],
        "statement": statement,
        "signature": b64u(signature),
    }
