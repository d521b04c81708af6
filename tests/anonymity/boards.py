"""A closed survey's board for the tests: the same keys every time, as many ballots as wanted."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from anonymity import ballot, blind, board, device, manifest, receipts
from anonymity.encoding import b64u, canonical

HERE = Path(__file__).parent
RFC9474 = json.loads((HERE / "vectors_rfc9474.json").read_text())
SVB1 = json.loads((HERE / "vectors_svb1.json").read_text())
ISSUE = blind.private_key(SVB1["issue_pem"].encode())
RECEIPT = receipts.private_key(SVB1["receipt_pem"].encode())
SLIPS = {"printed": 4, "drawn": 2, "used": 1, "destroyed": 1}
OTHER = {"keyed": 2, "imported": 0}
DOORS = {"phone": 5, "computer": "<3", "paper": "<3"}
LEAST = 3


def a_manifest(**changes: Any) -> str:
    """Return a manifest as a survey of the product has it."""
    fields: dict[str, Any] = {
        "sid": "s-1",
        "title": "团课满意度调查",
        "definition": {"items": [{"id": "q1"}]},
        "issue_key": blind.public_der(ISSUE),
        "receipt_key": receipts.public_der(RECEIPT),
        "least": LEAST,
        "split": "all",
        "cast_size": 8192,
    }
    return manifest.build(**fields | changes)


@lru_cache
def ballots(manifest_text: str, count: int) -> tuple[board.Ballot, ...]:
    """Return `count` validly signed ballots, in ascending order of their leaves."""
    mh = manifest.mh(manifest_text)
    made = []
    for number in range(count):
        message = ballot.message(device.prefix_of(number.to_bytes(16, "big"), mh), mh)
        committed = ballot.commitment(number.to_bytes(16, "big"), f"q1={number}&door=phone")
        leaf = ballot.leaf(message, committed)
        made.append(board.Ballot(leaf, message[:32], blind.sign(ISSUE, message), committed))
    return tuple(sorted(made))


def a_board(count: int = 7, *, manifest_text: str = "", cast: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a published board that is in order, but for the `changes` to what its statement says."""
    text = manifest_text or a_manifest()
    cast = ballots(text, count) if cast is None else cast
    counts: dict[str, Any] = {"issued": 10, "invited": 12, "slips": SLIPS, "other": OTHER, "doors": DOORS} | changes
    said = board.statement(text, [each.leaf for each in cast], **counts)
    return board.published(text, said, receipts.sign_board(RECEIPT, said), cast)


def signed_anew(published: dict[str, Any], **said: Any) -> dict[str, Any]:
    """Return the board with its statement changed and signed again, as only the server itself could."""
    statement = canonical(json.loads(published["statement"]) | said).decode()
    return published | {"statement": statement, "signature": b64u(receipts.sign_board(RECEIPT, statement))}
