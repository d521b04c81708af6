"""Published boards read from a file and judged: a database of the product, a download, or a bare board.json.

Nothing here asks the database this process serves, so a board of any other can be judged. What counts is decided by
`anonymity.audit`; beside it stands what only the source can tell: whether the questionnaire is the one that was signed
for, and whether as many answers are stored as ballots were counted.
"""

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anonymity import board, manifest
from anonymity.audit import Check, Finding, Verdict, audit, read_board
from anonymity.encoding import Malformed, sha256
from core.errors import BadInput
from core.i18n import _, lazy

SQLITE = b"SQLite format 3\0"
MOST = 256 * 1024 * 1024  # bytes of one unpacked file: a board of half a million ballots
QUESTIONNAIRE, ANSWERS = "questionnaire", "answers"

_BOARDS = """
    SELECT survey.id, survey.public_id, survey.manifest, survey.board, survey.board_signature,
           instrument_version.definition
    FROM survey JOIN instrument_version ON instrument_version.id = survey.version_id
    WHERE survey.board IS NOT NULL ORDER BY survey.id
"""
_LEAVES = "SELECT leaf, prefix, signature, commitment FROM leaf WHERE survey_id = ?"
_STORED = "SELECT part, count(*) FROM response WHERE survey_id = ? GROUP BY part"


class Unreadable(BadInput):
    """The file is no board, and holds none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One board as it was found, and what stood beside it.

    `form`: the SHA-256 of the questionnaire that came with it, "" for none. `stored`: part -> how many answers are
    stored, None where the source holds none.
    """

    sid: str
    board: Mapping[str, Any] = field(repr=False)
    form: str = ""
    stored: Mapping[str, int] | None = None


def read(path: Path, sid: str = "") -> list[Reading]:
    """Return the boards in a file, only that of survey `sid` when it is named; raise `Unreadable`.

    A database is opened read-only and directly: it need not be the one this process serves.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(SQLITE))
        found = _database(path) if head == SQLITE else [unpacked(path.read_bytes())]
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unreadable(_("%(file)s cannot be read: %(reason)s.", file=path, reason=reason)) from error
    wanted = [reading for reading in found if sid in ("", reading.sid)]
    if not wanted and sid:
        raise Unreadable(_("%(file)s holds no board of the survey %(sid)s.", file=path, sid=sid))
    if not wanted:
        raise Unreadable(_("%(file)s holds no board yet: it is made when a survey closes.", file=path))
    return wanted


def unpacked(content: bytes, most: int = MOST) -> Reading:
    """Return the board in a downloaded zip or a board.json, `most` bytes unpacked; raise `Unreadable`."""
    form = ""
    if content[:2] == b"PK":
        files = _files(content, most)
        if "board.json" not in files:
            raise Unreadable(_("There is no board.json in this file."))
        content = files["board.json"]
        form = sha256(files["instrument.json"]).hex() if "instrument.json" in files else ""
    try:
        # Only the one canonical spelling: text that reads differently in two programs is no evidence.
        told = read_board(content.decode())
    except ValueError as error:
        raise Unreadable(
            _("This is no board: neither a database, nor a downloaded zip, nor an unchanged board.json.")
        ) from error
    return Reading(str(told.get("sid", "")), told, form)


def _files(content: bytes, most: int) -> dict[str, bytes]:
    found = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in {"board.json", "instrument.json"} & set(archive.namelist()):
                with archive.open(name) as file:
                    # The size a zip states of itself may be a lie; what is read counts.
                    found[name] = file.read(most + 1)
                if len(found[name]) > most:
                    raise Unreadable(_("%(name)s is too large to be taken.", name=name))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Unreadable(_("The zip is damaged.")) from error
    return found


def _database(path: Path) -> list[Reading]:
    place = path.resolve()
    last: Exception | None = None
    # Without a log beside it the file is all there is: read as unchanging, SQLite leaves nothing beside it. Where the
    # log cannot be read for want of a place to write (a read-only disk), the file is read as it stands.
    logged = place.with_name(f"{place.name}-wal").exists()
    for how in ("mode=ro", "mode=ro&immutable=1")[0 if logged else 1 :]:
        try:
            connection = sqlite3.connect(f"{place.as_uri()}?{how}", uri=True)
            try:
                return [_row(connection, row) for row in connection.execute(_BOARDS).fetchall()]
            finally:
                connection.close()
        except sqlite3.Error as error:
            last = error
    raise Unreadable(
        _("%(file)s is a database, but none of this product and version: %(reason)s.", file=path, reason=last)
    )


def _row(connection: sqlite3.Connection, row: Sequence[Any]) -> Reading:
    survey_id, sid, text, statement, signature, definition = row
    ballots = [board.Ballot(*found) for found in connection.execute(_LEAVES, (survey_id,))]
    stored = dict(connection.execute(_STORED, (survey_id,)).fetchall())
    try:
        told = board.published(text, statement, signature, ballots)
        form = manifest.form_hash(json.loads(definition))
    except (Malformed, KeyError, TypeError, ValueError, AttributeError):
        # What cannot be put together is judged as it is, and found wanting.
        return Reading(sid, {"sid": sid, "manifest": text, "statement": statement}, "", stored)
    return Reading(sid, told, form, stored)


def judge(reading: Reading) -> Verdict:
    """Check a board with everything its source can tell; never raises, whatever is in it."""
    verdict = audit(reading.board)
    try:
        known = manifest.read(reading.board.get("manifest"))
    except Malformed:
        return verdict  # which says so
    more = []
    if reading.form:
        more.append(Finding(reading.form == known.form, QUESTIONNAIRE, _both(reading.form, known.form)))
    if reading.stored is not None and verdict.findings[0].ok:
        more.append(_stored(reading.board, reading.stored))
    return Verdict((*verdict.findings, *more))


def ballots(reading: Reading) -> int:
    """Return how many ballots a board claims to list; 0 for what is no board."""
    listed = reading.board.get("ballots")
    return len(listed) if isinstance(listed, list) else 0


def _both(found: str, signed: str) -> str:
    return f"the questionnaire has {found[:16]}, the manifest {signed[:16]}"


def _stored(told: Mapping[str, Any], stored: Mapping[str, int]) -> Finding:
    """Check that behind every question stand as many answers as ballots were counted and sheets keyed or imported."""
    expected = told["counted"] + sum(told["other"].values())
    wrong = sorted(part for part, count in stored.items() if count != expected)
    ok = not wrong and bool(stored or not expected)
    amounts = sorted(set(stored.values())) or [0]
    return Finding(ok, ANSWERS, f"{', '.join(map(str, amounts))} stored, {expected} expected")


def account(reading: Reading, verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as the mapping the command prints."""
    told = reading.board
    return {
        "sid": reading.sid,
        "ok": verdict.ok,
        "fingerprint": fingerprint(told),
        **{name: told.get(name) for name in ("root", "counted", "issued", "invited")},
        "findings": [
            {"check": str(finding.what), "ok": finding.ok, "detail": finding.detail} for finding in verdict.findings
        ],
    }


def fingerprint(told: Mapping[str, Any]) -> str:
    """Return the fingerprint of the manifest on a board, "" when there is none to be read."""
    text = told.get("manifest")
    try:
        return manifest.fingerprint(manifest.read(text).text)
    except Malformed:
        return ""


# What each check asks, and what it means when the answer is no.
WORDS: dict[str, tuple[Any, Any]] = {
    Check.FORM: (
        lazy("Is this a complete board of this protocol?"),
        lazy("Something is missing, added or of another form, so nothing else could be checked."),
    ),
    Check.MANIFEST: (
        lazy("Is the manifest sound, and that of this survey?"),
        lazy("The board shows another manifest than the one people answered under."),
    ),
    Check.FINGERPRINT: (
        lazy("Is its fingerprint the one written down?"),
        lazy("People answered under another manifest: other questions or other keys."),
    ),
    Check.STATEMENT: (
        lazy("Did the key in the manifest sign the numbers?"),
        lazy("Somebody else made this board, or changed it afterwards."),
    ),
    Check.COUNTS: (
        lazy("Are the numbers shown the ones that were signed?"),
        lazy("The numbers were changed after the survey closed."),
    ),
    Check.LEAVES: (
        lazy("Is every ballot listed once, in order, and are they as many as were counted?"),
        lazy("A ballot is missing, or one is listed twice."),
    ),
    Check.ROOT: (
        lazy("Does the root follow from the ballots listed?"),
        lazy("The list of ballots is not the one that was signed."),
    ),
    Check.SIGNATURES: (
        lazy("Does every ballot bear the survey’s own signature?"),
        lazy("Ballots were counted that nobody was ever given."),
    ),
    Check.COMMITMENTS: (
        lazy("Does every ballot’s number follow from its parts?"),
        lazy("A ballot was put together afterwards."),
    ),
    Check.ONCE: (
        lazy("Was every ballot counted only once?"),
        lazy("One ballot stands behind several answers."),
    ),
    Check.LIMITS: (
        lazy("Were no more ballots counted than handed out, and no more handed out than people invited?"),
        lazy("There are more ballots than there can be."),
    ),
    Check.SLIPS: (
        lazy("Do the paper slips add up?"),
        lazy("More slips were used, drawn or destroyed than there were."),
    ),
    Check.DOORS: (
        lazy("Do the ways answers came in add up?"),
        lazy("The counts of the ways in cannot make up the whole."),
    ),
    Check.RECEIPT: (
        lazy("Is the receipt genuine and its ballot listed?"),
        lazy("The ballot is not listed, or the receipt is not this survey’s."),
    ),
    QUESTIONNAIRE: (
        lazy("Is the questionnaire the one people were promised?"),
        lazy("The questionnaire beside the board is not the one in the manifest."),
    ),
    ANSWERS: (
        lazy("Are as many answers stored as ballots were counted?"),
        lazy("Answers were added to the results or taken out of them after the survey closed."),
    ),
}
# The figures of a finding as the auditor writes them, and the same in words; a, b, c, d stand for what was found.
FIGURES: dict[str, tuple[tuple[str, Any], ...]] = {
    Check.FORM: ((r"a board of svb1 with (\d+) ballots", lazy("%(a)s ballots")),),
    Check.MANIFEST: ((r"survey (\S+), fingerprint (.+)", lazy("survey %(a)s, fingerprint %(b)s")),),
    Check.STATEMENT: (
        (r"signed by the key in the manifest", lazy("signature verified")),
        (r"not signed by that key", lazy("not signed by that key")),
    ),
    Check.COUNTS: (
        (r"as signed", lazy("the same, one by one")),
        (r"(.+) differ", lazy("not the same: %(a)s")),
    ),
    Check.LEAVES: (
        (r"(\d+) in ascending order, (\d+) counted", lazy("%(a)s listed, %(b)s counted")),
        (r"out of order or twice: number (.+)", lazy("out of order or twice: number %(a)s")),
    ),
    Check.ROOT: ((r"recomputed (\w+), published (\w+)", lazy("recomputed %(a)s…, published %(b)s…")),),
    Check.SIGNATURES: ((r"(\d+) of (\d+) signed by the issuing key", lazy("%(a)s of %(b)s signatures verified")),),
    Check.COMMITMENTS: ((r"(\d+) of (\d+) leaves recomputed", lazy("%(a)s of %(b)s recomputed")),),
    Check.ONCE: ((r"(\d+) of (\d+) ballots cast once", lazy("%(a)s of %(b)s different")),),
    Check.LIMITS: (
        (r"counted (\d+), issued (\d+), invited (\d+)", lazy("%(a)s counted, %(b)s handed out, %(c)s invited")),
    ),
    Check.SLIPS: (
        (
            r"printed (\d+), drawn (\d+), used (\d+), destroyed (\d+)",
            lazy("%(a)s printed, %(b)s drawn, %(c)s used, %(d)s destroyed"),
        ),
    ),
    Check.DOORS: (
        (
            r"(\d+) in doors told, (\d+) doors under (\d+), (\d+) in all",
            lazy("%(a)s told by way, %(b)s ways with fewer than %(c)s, %(d)s in all"),
        ),
    ),
    QUESTIONNAIRE: ((r"the questionnaire has (\w+), the manifest (\w+)", lazy("SHA-256 %(a)s… and %(b)s…")),),
    ANSWERS: ((r"([\d, ]+) stored, (\d+) expected", lazy("%(a)s stored, %(b)s expected")),),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in the reader's language: what was asked, the figures, and for a no what it means."""

    ok: bool
    asked: str
    figures: str
    meaning: str


def line(finding: Finding) -> Line:
    """Return a finding in the language in force; figures there are no words for stay in the auditor's own."""
    asked, meaning = WORDS.get(finding.what, (finding.what, ""))
    return Line(finding.ok, str(asked), figures(finding), "" if finding.ok else str(meaning))


def figures(finding: Finding) -> str:
    """Return the figures of a finding in the language in force."""
    told, _not, places = finding.detail.partition("; not number ")
    for pattern, words in FIGURES.get(finding.what, ()):
        if found := re.fullmatch(pattern, told):
            said = str(words) % dict(zip("abcd", found.groups(), strict=False))
            return _("%(said)s; not number %(places)s", said=said, places=places) if places else said
    return finding.detail
