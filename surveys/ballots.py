"""Casting an answer into the sealed box.

While a survey is open an answer is an equal-length ciphertext under a tag that only the box key can make; nothing
is written beside it: no time, no order, no mark on the invitation, no log, no audit line. The key lies in
`keys/survey-<id>/box`, outside the database and its backups, and is destroyed when the survey closes.
"""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from core import seal
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Access, Channel
from surveys import codes
from surveys.models import Invitation, SealedResponse
from surveys.queries import PublicSurvey

KEY = "box"
NONCE = re.compile(r"[A-Z2-7]{26,64}")  # base32 of at least 16 random bytes
# Built once, on the bare tables: casting is the one thing everybody does at once.
_invitation, _sealed = Invitation.__table__, SealedResponse.__table__
_INVITED = select(_invitation.c.survey_id).where(
    _invitation.c.code_hash == bindparam("code"), _invitation.c.survey_id == bindparam("survey")
)
_INSERT = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(_sealed).on_conflict_do_nothing(index_elements=["tag"])
    for dialect in (sqlite, postgresql)
}


class NotOpen(DomainError):
    """The survey takes no answers (now)."""


class AlreadyAnswered(DomainError):
    """The code was used for another answer."""


class UnknownCode(BadInput):
    """The code is not one of this survey."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one response says: the door it came through, whether every required question was answered, the answers."""

    channel: Channel
    complete: bool
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Box:
    """The sealed box of one open survey; every row takes `size` bytes of content."""

    survey_id: int
    key: bytes
    size: int = 0

    def tag(self, right: bytes) -> bytes:
        """Return the tag under which the holder of `right` answers: the same right, the same tag."""
        return seal.tag(self.key, right)

    def seal(self, tag: bytes, content: Sealed) -> bytes:
        """Return the ciphertext of a response."""
        told = {"a": content.answers, "c": content.channel.value, "k": content.complete}
        plain = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return seal.seal(self.key, plain, size=self.size, bound_to=self._binding(tag))

    def open(self, tag: bytes, box: bytes) -> Sealed:
        """Return what a row holds; raise `seal.CannotOpen`."""
        told = json.loads(seal.unseal(self.key, box, bound_to=self._binding(tag)))
        return Sealed(Channel(told["c"]), told["k"], told["a"])

    def _binding(self, tag: bytes) -> bytes:
        return b"%d:" % self.survey_id + tag


def key_folder(survey_id: int) -> Path:
    """Return the folder of a survey's keys, outside the database and every backup."""
    folder: Path = current_app.config["SETTINGS"].keys
    return folder / f"survey-{survey_id}"


def box(survey_id: int, size: int = 0) -> Box:
    """Return the box of an open survey; raise `NotOpen` when its key is not on this machine."""
    try:
        # Read every time: a key that was destroyed must not live on in a worker's memory.
        key = (key_folder(survey_id) / KEY).read_bytes()
    except FileNotFoundError as error:
        raise NotOpen(_("This survey takes no answers: its key is not on this server.")) from error
    return Box(survey_id, key, size)


def nonce() -> str:
    """Return a right to answer drawn for one page, where everybody with the link may answer."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def right_to_answer(survey: PublicSurvey, code: str) -> bytes:
    """Return the right to one answer that a code gives, or the nonce of a page; raise `UnknownCode`.

    The seam for blind signatures: a later protocol checks a signed token here that no invitation can be told from,
    and nothing else in this module changes.
    """
    if survey.access is Access.LINK:
        if not NONCE.fullmatch(code):
            raise UnknownCode(_("This page was not complete. Please send your answer once more."), field="code")
        return hashlib.sha256(b"link:" + code.encode()).digest()
    fingerprint = codes.fingerprint(code)
    asked = {"code": fingerprint, "survey": survey.id}
    if not fingerprint or db.session.connection().execute(_INVITED, asked).first() is None:
        raise UnknownCode(
            _("This code does not belong to this survey. Please compare it with your slip."), field="code"
        )
    return fingerprint


def cast(survey: PublicSurvey, *, code: str, answers: Mapping[str, Any], channel: Channel, size: int) -> None:
    """Put an answer into the box; the same answer sent again is taken quietly.

    `channel` is the door it came through, PHONE or COMPUTER; `size` the bytes of content every row of the survey takes.
    Raises `NotOpen`, `UnknownCode`, and `AlreadyAnswered` when the code was used for a different answer.
    """
    if not survey.answerable:
        raise NotOpen(_("This survey does not take answers at the moment."))
    right = right_to_answer(survey, code)
    sealed_box = box(survey.id, size)
    tag = sealed_box.tag(right)
    content = Sealed(channel, True, answers)
    if not insert_once({"tag": tag, "survey_id": survey.id, "box": sealed_box.seal(tag, content)}):
        before = sealed_box.open(tag, db.session.scalars(select(SealedResponse.box).filter_by(tag=tag)).one())
        if before.answers != answers:
            raise AlreadyAnswered(_("This code has already been used for an answer, and that answer counts."))


def insert_once(row: Mapping[str, Any]) -> bool:
    """Insert a sealed row unless its tag is there already; say whether it was new."""
    connection = db.session.connection()
    return connection.execute(_INSERT[connection.dialect.name], dict(row)).rowcount == 1


def insert_all(rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many sealed rows, leaving those whose tags are there already."""
    connection = db.session.connection()
    connection.execute(_INSERT[connection.dialect.name], [dict(row) for row in rows])
