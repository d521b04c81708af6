"""Casting an answer into the sealed box.

While a survey is open an answer is an equal-length ciphertext under a tag that only the box key can make; nothing is
written beside it: no time, no order, no log, no audit line. A device shows a ballot it had signed blindly
(`surveys.collecting`), so that not even the running server can tell whose it is; for a slip drawn from an envelope, and
where everybody with the link may answer, the server makes the ballot itself. The keys lie in `keys/survey-<id>/`,
outside the database and its backups, and are destroyed when the survey closes.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from anonymity import ballot as paper
from anonymity import blind, device, manifest, receipts, scrutineer
from anonymity.encoding import b64u, canonical, unb64u
from anonymity.keys import SurveyKeys
from core import seal
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Access, Channel
from surveys import codes
from surveys.models import Invitation, Leaf, SealedResponse, Survey
from surveys.queries import PublicSurvey

NONCE = re.compile(r"[A-Z2-7]{26,64}")  # base32 of at least 16 random bytes
MOST = 512 * 1024  # bytes of one answer; more is not an answer
BALLOT_BYTES = 640  # of a sealed row: leaf, prefix, signature and commitment in base64, and their names
# Built once, on the bare tables: casting is the one thing everybody does at once.
_invitation, _sealed = Invitation.__table__, SealedResponse.__table__
_INVITED = select(_invitation.c.member_id).where(
    _invitation.c.code_hash == bindparam("code"), _invitation.c.survey_id == bindparam("survey")
)
_INSERT = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(_sealed).on_conflict_do_nothing(index_elements=["tag"])
    for dialect in (sqlite, postgresql)
}


class NotOpen(DomainError):
    """The survey takes no answers (now)."""


class AlreadyAnswered(DomainError):
    """The code or the ballot was used for another answer."""


class UnknownCode(BadInput):
    """The code is not one of this survey."""


class PersonalCode(BadInput):
    """The code is made out to a person: shown beside an answer it would tie the two."""


class NotABallot(BadInput):
    """What was cast bears no signature of this survey."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What the board will show of a counted answer: nothing in it says what was answered, or by whom.

    Until the box is opened the ballot of a slip has no signature (b""); `surveys.closing` signs it then.
    """

    leaf: bytes
    prefix: bytes
    signature: bytes
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one response says: the door it came through, whether every required question was answered, the answers.

    `ballot` is none for paper that was keyed in, for imported rows, and in surveys from before there were ballots.
    """

    channel: Channel
    complete: bool
    answers: Mapping[str, Any]
    ballot: Ballot | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What a device casts: its ballot's number and signature, a fresh salt, and the answers as it wrote them."""

    prefix: bytes
    signature: bytes
    salt: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the device keeps: the leaf of its ballot on the board to come, and the server's signature under it."""

    leaf: bytes
    signature: bytes


Opener = Callable[[bytes, bytes], bytes]  # sealed to the scrutineer, what it is bound to -> the plain text


@dataclass(frozen=True, slots=True)
class Box:
    """The sealed box of one open survey; every row takes the same number of bytes, whatever it says.

    `key`: 32 bytes that seal and 32 that tag; `size`: bytes the answers may take; `scrutineer`: the public key of
    somebody without whom the box cannot be opened, b"" for nobody.
    """

    survey_id: int
    key: bytes
    size: int = 0
    scrutineer: bytes = b""

    def tag(self, right: bytes) -> bytes:
        """Return the tag under which the holder of `right` answers: the same right, the same tag."""
        return seal.tag(self.key, right)

    def seal(self, tag: bytes, content: Sealed) -> bytes:
        """Return the ciphertext of a response."""
        inner = {"c": content.channel.value, "k": content.complete, "a": content.answers}
        plain = json.dumps(inner, ensure_ascii=False, separators=(",", ":")).encode()
        told: dict[str, Any] = inner
        size = self.size
        if self.scrutineer:
            length = len(plain).to_bytes(4, "big")
            closed = scrutineer.seal(self.scrutineer, (length + plain).ljust(size, b"\0"), self._binding(tag))
            if len(plain) + 4 > size:
                raise ValueError(f"{len(plain)} bytes do not fit a box of {size}")
            told = {"x": b64u(closed)}
            size = len(told["x"])
        if content.ballot is not None:
            told["b"] = [b64u(part) for part in _parts(content.ballot)]
        plain = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return seal.seal(self.key, plain, size=size + BALLOT_BYTES, bound_to=self._binding(tag))

    def open(self, tag: bytes, box: bytes, opener: Opener | None = None) -> Sealed:
        """Return what a row holds; raise `seal.CannotOpen`, also where only the scrutineer's key would open it."""
        told = json.loads(seal.unseal(self.key, box, bound_to=self._binding(tag)))
        if "x" in told:
            if opener is None:
                raise seal.CannotOpen
            plain = opener(unb64u(told["x"]), self._binding(tag))
            told |= json.loads(plain[4 : 4 + int.from_bytes(plain[:4], "big")])
        return Sealed(Channel(told["c"]), told["k"], told["a"], _ballot(told))

    def same(self, tag: bytes, box: bytes, content: Sealed) -> bool:
        """Say whether a row of the same tag holds this very content, as far as can be told without a scrutineer.

        Ballots are compared by their leaves; without one, what cannot be opened counts as the same.
        """
        if not box:  # opened in an earlier round: what was counted stands on the board
            return content.ballot is None or db.session.get(Leaf, content.ballot.leaf) is not None
        told = json.loads(seal.unseal(self.key, box, bound_to=self._binding(tag)))
        before = _ballot(told)
        if before is not None and content.ballot is not None:
            return before.leaf == content.ballot.leaf
        return "x" in told or told["a"] == content.answers

    def _binding(self, tag: bytes) -> bytes:
        return b"%d:" % self.survey_id + tag


def _parts(ballot: Ballot) -> tuple[bytes, ...]:
    return ballot.leaf, ballot.prefix, ballot.signature, ballot.commitment


def _ballot(told: Mapping[str, Any]) -> Ballot | None:
    return Ballot(*(unb64u(part) for part in told["b"])) if "b" in told else None


def keys(survey_id: int) -> SurveyKeys:
    """Return the keys of a survey, read from their files at every use."""
    return SurveyKeys(key_folder(survey_id))


def key_folder(survey_id: int) -> Path:
    """Return the folder of a survey's keys, outside the database and every backup."""
    folder: Path = current_app.config["SETTINGS"].keys
    return folder / f"survey-{survey_id}"


def sheet_key(survey: Survey | PublicSurvey) -> bytes:
    """Return the key of paper forms keyed in: it lasts as long as the survey is open, through all rounds."""
    if survey.manifest is None:
        return read_key(survey.id, SurveyKeys.seal_key)
    return seal.tag(bytes(32) + read_key(survey.id, SurveyKeys.tag_key), b"sheets")


def box(survey: Survey | PublicSurvey, size: int = 0) -> Box:
    """Return the box of an open survey; raise `NotOpen` when its keys are not on this machine."""
    sealing = read_key(survey.id, lambda kept: kept.seal_key(survey.round))
    return Box(survey.id, sealing + read_key(survey.id, SurveyKeys.tag_key), size, survey.scrutineer or b"")


def read_key(survey_id: int, read: Callable[[SurveyKeys], Any]) -> Any:
    """Read a key from its file, every time: one that was destroyed must not live on in a worker's memory."""
    try:
        return read(keys(survey_id))
    except FileNotFoundError as error:
        raise NotOpen(_("This survey takes no answers: its key is not on this server.")) from error


def nonce() -> str:
    """Return a right to answer drawn for one page, where everybody with the link may answer."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def right_to_answer(survey: PublicSurvey, code: str) -> bytes:
    """Return the right to one answer that a slip's code gives, or the nonce of a page.

    Raises `UnknownCode`, and `PersonalCode` for a code made out to somebody: that one only collects a ballot.
    """
    if survey.access is Access.LINK:
        if not NONCE.fullmatch(code):
            raise UnknownCode(_("This page was not complete. Please send your answer once more."), field="code")
        return seal.digest(b"link:" + code.encode())
    fingerprint = codes.fingerprint(code)
    asked = {"code": fingerprint, "survey": survey.id}
    found = db.session.connection().execute(_INVITED, asked).first() if fingerprint else None
    if found is None:
        raise UnknownCode(
            _("This code does not belong to this survey. Please compare it with your slip."), field="code"
        )
    if found[0] is not None and survey.manifest is not None:
        raise PersonalCode(
            _(
                "This code is made out to you. Sent beside your answers it would tie the two, so nothing was stored. "
                "Answer with a browser that runs scripts, or ask for a blank ballot slip."
            ),
            field="code",
        )
    return fingerprint


def cast(survey: PublicSurvey, *, code: str, answers: Mapping[str, Any], channel: Channel, size: int) -> Receipt | None:
    """Put the answer of a slip, or of a page everybody may send, into the box; the same sent again is taken quietly.

    `channel` is the door it came through, PHONE or COMPUTER; `size` the bytes the answers may take. The receipt is none
    for a survey from before there were ballots.
    Raises `NotOpen`, `UnknownCode`, `PersonalCode`, and `AlreadyAnswered` when the code was used for another answer.
    """
    _must_be_open(survey)
    right = right_to_answer(survey, code)
    sealed_box = box(survey, size)
    if survey.manifest is None:
        _put(sealed_box, sealed_box.tag(right), Sealed(channel, True, answers))
        return None
    mh, tag_key = _known(survey.manifest).mh, sealed_box.key[32:]
    prefix = device.prefix_of(paper.slip_seed(tag_key, right), mh)
    # Its signature is made when the box is opened: nobody asks for it before, and it is the dearest part of all.
    token = Token(prefix, b"", paper.slip_salt(tag_key, right), canonical(answers).decode())
    return _cast(survey, sealed_box, token, Sealed(channel, True, answers))


def cast_token(
    survey: PublicSurvey, token: Token, *, answers: Mapping[str, Any], channel: Channel, size: int
) -> Receipt:
    """Put an answer with a blindly signed ballot into the box; the same sent again gets its receipt again.

    `answers` is what `token.text` says, judged. Raises `NotOpen`, `NotABallot`, and `AlreadyAnswered` when the ballot
    was cast with another answer.
    """
    _must_be_open(survey)
    if survey.manifest is None or not signed(survey.manifest, token):
        raise NotABallot(_("This ballot does not bear this survey’s signature."))
    return _cast(survey, box(survey, size), token, Sealed(channel, True, answers))


def signed(manifest_text: str, token: Token) -> bool:
    """Say whether a ballot bears the signature of the survey with this manifest."""
    known = _known(manifest_text)
    return blind.verify(known.issue_key, paper.message(token.prefix, known.mh), token.signature)


@dataclass(frozen=True, slots=True)
class Known:
    """What is needed of a manifest at every cast; all of it is public."""

    mh: bytes
    issue_key: Any
    sizes: "Sizes"


@lru_cache(maxsize=64)
def _known(text: str) -> Known:
    told = manifest.read(text)
    return Known(told.mh, told.issuer, Sizes(told.collect_size, told.cast_size))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many bytes every request to collect and to cast takes."""

    collect: int
    cast: int


def sizes(manifest_text: str) -> Sizes:
    """Return how long the requests of a survey are."""
    return _known(manifest_text).sizes


def _must_be_open(survey: PublicSurvey) -> None:
    if not survey.answerable:
        raise NotOpen(_("This survey does not take answers at the moment."))


def _cast(survey: PublicSurvey, sealed_box: Box, token: Token, content: Sealed) -> Receipt:
    assert survey.manifest is not None
    mh = _known(survey.manifest).mh
    message = paper.message(token.prefix, mh)
    commitment = paper.commitment(token.salt, token.text)
    leaf = paper.leaf(message, commitment)
    ballot = Ballot(leaf, token.prefix, token.signature, commitment)
    _put(
        sealed_box,
        sealed_box.tag(seal.digest(message)),
        Sealed(content.channel, content.complete, content.answers, ballot),
    )
    return Receipt(leaf, receipts.receipt(read_key(survey.id, SurveyKeys.receipt_key), mh, leaf))


def _put(sealed_box: Box, tag: bytes, content: Sealed) -> None:
    if insert_once({"tag": tag, "survey_id": sealed_box.survey_id, "box": sealed_box.seal(tag, content)}):
        return
    before = db.session.scalars(select(SealedResponse.box).filter_by(tag=tag)).one()
    if not sealed_box.same(tag, before, content):
        raise AlreadyAnswered(_("This code has already been used for an answer, and that answer counts."))


def insert_once(row: Mapping[str, Any]) -> bool:
    """Insert a sealed row unless its tag is there already; say whether it was new."""
    connection = db.session.connection()
    return connection.execute(_INSERT[connection.dialect.name], dict(row)).rowcount == 1


def insert_all(rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many sealed rows, leaving those whose tags are there already."""
    connection = db.session.connection()
    connection.execute(_INSERT[connection.dialect.name], [dict(row) for row in rows])
