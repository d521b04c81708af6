"""The auditor: re-checks every signature, leaf, root and count of a closed survey from the published board alone.

It trusts nothing but the fingerprint its reader compares. What it cannot see: a ballot signed for somebody who never
came (only that person can, by the check of their code), and the answers themselves.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from anonymity import ballot, blind, board
from anonymity.encoding import Malformed, unb64u, uncanonical, unhex
from anonymity.manifest import VERSION, Manifest, fingerprint, read
from anonymity.receipts import check_board, check_receipt

_STATED = ("v", "sid", "root", "counted", "issued", "invited", "slips", "other", "doors")
_BOARD = frozenset((*_STATED, "manifest", "leaves", "ballots", "statement", "signature"))
_BALLOT = frozenset(("prefix", "signature", "commitment"))
_NAMED = 5  # places named in a detail; a board of a million ballots may be wrong in all of them


class Check(StrEnum):
    """The questions an audit answers, in the order it asks them."""

    FORM = "form"
    MANIFEST = "manifest"
    FINGERPRINT = "fingerprint"
    STATEMENT = "statement"
    COUNTS = "counts"
    LEAVES = "leaves"
    ROOT = "root"
    SIGNATURES = "signatures"
    COMMITMENTS = "commitments"
    ONCE = "once"
    LIMITS = "limits"
    SLIPS = "slips"
    DOORS = "doors"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one `Check`: whether it holds, which it is, and the figures in plain English."""

    ok: bool
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings; the board stands only when every one of them holds."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every check held."""
        return all(finding.ok for finding in self.findings)


def read_board(text: str) -> Mapping[str, Any]:
    """Return the board in a board.json; raise `Malformed` for any spelling of it but the canonical one."""
    content = uncanonical(text)
    if not isinstance(content, Mapping):
        raise Malformed("not a board")
    return content


def audit(published: Mapping[str, Any], *, expected: str = "", leaf: str = "", receipt: str = "") -> Verdict:
    """Check a published board; never raises, whatever is in it.

    `expected` is the fingerprint the reader wrote down when answering or read from the notice; `leaf` (hexadecimal)
    and `receipt` (base64url) are those of the reader's own ballot. Each is checked only when given.
    """
    try:
        _require_form(published)
    except Malformed as error:
        return Verdict((Finding(False, Check.FORM, str(error)),))
    findings = [Finding(True, Check.FORM, f"a board of {VERSION} with {len(published['leaves'])} ballots")]
    try:
        manifest = read(published["manifest"])
    except Malformed as error:
        return Verdict((*findings, Finding(False, Check.MANIFEST, str(error))))
    findings.append(_manifest(published, manifest))
    if expected:
        findings.append(_fingerprint(manifest, expected))
    findings += [_statement(published, manifest), _counts(published, manifest), _leaves(published), _root(published)]
    findings += _ballots(published, manifest)
    findings += [_limits(published), _slips(published), _doors(published, manifest)]
    if leaf:
        findings.append(_receipt(published, manifest, leaf, receipt))
    return Verdict(tuple(findings))


def _require_form(published: Mapping[str, Any]) -> None:
    """Raise `Malformed` unless every field is there, none is too many, and each is of its kind."""
    if not isinstance(published, Mapping) or published.keys() != _BOARD:
        raise Malformed("fields are missing, or there are unknown ones")
    if published["v"] != VERSION or not all(isinstance(published[name], str) for name in ("v", "sid", "statement")):
        raise Malformed("not a board of svb1")
    for name in ("counted", "issued", "invited"):
        if not board.is_count(published[name]):
            raise Malformed(f"{name} is not a number from 0")
    for name, keys in (("slips", board.SLIPS), ("other", board.OTHER)):
        counts = published[name]
        if not isinstance(counts, Mapping) or counts.keys() != keys or not all(map(board.is_count, counts.values())):
            raise Malformed(f"{name} are not numbers from 0")
    doors = published["doors"]
    if not isinstance(doors, Mapping) or not all(isinstance(name, str) and _is_told(n) for name, n in doors.items()):
        raise Malformed("doors are not numbers")
    _require_text(published["sid"])
    _require_text(published["statement"])
    unhex(published["root"])
    unb64u(published["signature"])
    _require_rows(published["leaves"], published["ballots"])


def _require_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("not text") from error


def _require_rows(leaves: Any, ballots: Any) -> None:
    if not isinstance(leaves, list | tuple) or not isinstance(ballots, list | tuple):
        raise Malformed("no lists of leaves and ballots")
    if len(leaves) != len(ballots):
        raise Malformed(f"{len(leaves)} leaves, but {len(ballots)} ballots")
    for leaf, row in zip(leaves, ballots, strict=True):
        unhex(leaf)
        if not isinstance(row, Mapping) or row.keys() != _BALLOT:
            raise Malformed("a ballot of another form")
        unb64u(row["prefix"], ballot.PREFIX)
        unb64u(row["commitment"], ballot.HASH)
        unb64u(row["signature"])


def _is_told(count: object) -> bool:
    return board.is_count(count) or (isinstance(count, str) and re.fullmatch(r"<[1-9][0-9]{0,8}", count) is not None)


def _manifest(published: Mapping[str, Any], manifest: Manifest) -> Finding:
    if manifest.sid != published["sid"]:
        return Finding(False, Check.MANIFEST, f"of survey {manifest.sid}, on the board of {published['sid']}")
    return Finding(True, Check.MANIFEST, f"survey {manifest.sid}, fingerprint {fingerprint(manifest.text)}")


def _fingerprint(manifest: Manifest, expected: str) -> Finding:
    found = fingerprint(manifest.text)
    same = "".join(expected.lower().split()) == found.replace(" ", "")
    return Finding(same, Check.FINGERPRINT, f"published {found}, expected {expected}")


def _statement(published: Mapping[str, Any], manifest: Manifest) -> Finding:
    ok = check_board(manifest.receipts, published["statement"], unb64u(published["signature"]))
    return Finding(ok, Check.STATEMENT, "signed by the key in the manifest" if ok else "not signed by that key")


def _counts(published: Mapping[str, Any], manifest: Manifest) -> Finding:
    try:
        said: Any = uncanonical(published["statement"])
    except Malformed as error:
        return Finding(False, Check.COUNTS, f"the statement is {error}")
    shown = {name: published[name] for name in _STATED} | {"mh": manifest.mh.hex()}
    if not isinstance(said, dict):
        return Finding(False, Check.COUNTS, "the statement says nothing")
    differing = sorted(name for name in shown.keys() | said.keys() if not _same(shown.get(name), said.get(name)))
    return Finding(not differing, Check.COUNTS, ", ".join(differing) + " differ" if differing else "as signed")


def _same(shown: Any, said: Any) -> bool:
    """Return whether two JSON values are the same; true is not 1."""
    if isinstance(shown, Mapping) and isinstance(said, Mapping):
        return shown.keys() == said.keys() and all(_same(shown[name], said[name]) for name in shown)
    return type(shown) is type(said) and shown == said


def _leaves(published: Mapping[str, Any]) -> Finding:
    leaves, counted = published["leaves"], published["counted"]
    wrong = [i for i in range(1, len(leaves)) if leaves[i - 1] >= leaves[i]]
    if wrong:
        return Finding(False, Check.LEAVES, f"out of order or twice: {_places(wrong)}")
    return Finding(len(leaves) == counted, Check.LEAVES, f"{len(leaves)} in ascending order, {counted} counted")


def _root(published: Mapping[str, Any]) -> Finding:
    found = board.root([bytes.fromhex(leaf) for leaf in published["leaves"]]).hex()
    detail = f"recomputed {found[:16]}, published {published['root'][:16]}"
    return Finding(found == published["root"], Check.ROOT, detail)


def _ballots(published: Mapping[str, Any], manifest: Manifest) -> list[Finding]:
    """Recompute every ballot: its signature, its leaf, and that no other has the same message."""
    unsigned, other_leaf, again = [], [], []
    seen: set[bytes] = set()
    issuer, mh = manifest.issuer, manifest.mh
    for place, (leaf, row) in enumerate(zip(published["leaves"], published["ballots"], strict=True)):
        prefix = unb64u(row["prefix"])
        message = ballot.message(prefix, mh)
        if not blind.verify(issuer, message, unb64u(row["signature"])):
            unsigned.append(place)
        if ballot.leaf(message, unb64u(row["commitment"])).hex() != leaf:
            other_leaf.append(place)
        if prefix in seen:
            again.append(place)
        seen.add(prefix)
    return [
        _all_but(unsigned, len(seen) + len(again), Check.SIGNATURES, "signed by the issuing key"),
        _all_but(other_leaf, len(seen) + len(again), Check.COMMITMENTS, "leaves recomputed"),
        _all_but(again, len(seen) + len(again), Check.ONCE, "ballots cast once"),
    ]


def _all_but(wrong: list[int], total: int, what: Check, words: str) -> Finding:
    detail = f"{total - len(wrong)} of {total} {words}"
    return Finding(not wrong, what, f"{detail}; not {_places(wrong)}" if wrong else detail)


def _places(wrong: Iterable[int]) -> str:
    """Name the first few places, counted from 1 as people do."""
    numbers = [str(place + 1) for place in wrong]
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return "number " + ", ".join(numbers[:_NAMED]) + more


def _limits(published: Mapping[str, Any]) -> Finding:
    counted, issued, invited = (published[name] for name in ("counted", "issued", "invited"))
    return Finding(counted <= issued <= invited, Check.LIMITS, f"counted {counted}, issued {issued}, invited {invited}")


def _slips(published: Mapping[str, Any]) -> Finding:
    """Check that slips used and destroyed were printed, and that what is left of the counts is no less than nought."""
    slips = published["slips"]
    printed, drawn, used, destroyed = (slips[name] for name in ("printed", "drawn", "used", "destroyed"))
    ok = (
        used + destroyed <= printed
        and drawn <= printed
        and used <= published["counted"]
        and printed - destroyed <= published["issued"]
        and printed - drawn <= published["invited"]
    )
    return Finding(ok, Check.SLIPS, f"printed {printed}, drawn {drawn}, used {used}, destroyed {destroyed}")


def _doors(published: Mapping[str, Any], manifest: Manifest) -> Finding:
    """Check that the doors' counts can add up to what was counted, those told as under the floor being anything."""
    least = manifest.least
    told = published["doors"].values()
    hidden = sum(isinstance(count, str) for count in told)
    shown = sum(count for count in told if not isinstance(count, str))
    most = published["counted"] + sum(published["other"].values())
    ok = (
        all(count == f"<{least}" if isinstance(count, str) else count >= least for count in told)
        and shown <= most
        and shown + hidden * (least - 1) >= published["counted"]
    )
    return Finding(ok, Check.DOORS, f"{shown} in doors told, {hidden} doors under {least}, {most} in all")


def _receipt(published: Mapping[str, Any], manifest: Manifest, leaf: str, receipt: str) -> Finding:
    """Check one's own ballot: on the board, and under the server's own signature when the receipt is given."""
    found = leaf in published["leaves"]
    where = "on the board" if found else "not on the board"
    if not receipt:
        return Finding(found, Check.RECEIPT, where)
    try:
        signed = check_receipt(manifest.receipts, manifest.mh, unhex(leaf), unb64u(receipt))
    except Malformed:
        signed = False
    detail = f"{where}; the receipt is {'the' if signed else 'not the'} server's"
    return Finding(found and signed, Check.RECEIPT, detail)
