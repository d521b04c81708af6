"""Opening the box: every sealed row at once, checked once more, and written down so that no row knows another.

All of it happens in the caller's transaction. The private numbers of the answers are drawn here and the rows stored in
their order, the leaves in their own; so nothing tells which leaf, which parts or which arrival belong together.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from anonymity import ballot as paper
from anonymity import blind, board, device, manifest, receipts, scrutineer
from anonymity.blind import Signer
from anonymity.encoding import Malformed
from anonymity.keys import SurveyKeys
from core import clock, seal
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Access, Channel, SurveyState
from surveys import ballots, drawing, keying, promises, questionnaires, splitting
from surveys.ballots import Ballot, Box, Opener, Sealed
from surveys.models import Invitation, KeyedSheet, Leaf, Response, SealedResponse, Survey

DEVICE = "device"  # a phone or a computer, where the board does not tell which
CHUNK = 5_000  # rows written with one statement


class CannotClose(DomainError):
    """The survey could not be closed, or not completely; nothing is lost."""


class WrongPrivateKey(CannotClose, BadInput):
    """The scrutineer's private key is missing, has a slip of the pen, or is another survey's."""

    status = 422


@dataclass(frozen=True, slots=True)
class Promise:
    """What the ballots of a survey are checked against: its manifest's hash and the key they are signed with.

    `slips`: the numbers of the ballots that are blank slips; the server makes those itself and signs them only now.
    """

    mh: bytes
    issuer: Any
    signer: Signer
    slips: frozenset[bytes]
    by_link: bool


@dataclass(frozen=True, slots=True)
class Poured:
    """What came out of the box: the rows of the answers, their ballots, and the counts frozen with them."""

    answers: list[dict[str, Any]]
    ballots: list[Ballot]
    complete: int
    channels: Counter[Channel]


def pour_out(survey: Survey, *, private: str = "") -> None:
    """Turn what is sealed into answers and leaves, freeze the counts, sign the board, and call the survey closed.

    `private`: the scrutineer's private key where there is one. Raises `CannotClose`, and `DomainError` while two
    keyings of a paper form differ or the survey is not what its manifest says.
    """
    promises.check(survey)
    opener = _opener(survey, private)
    keying.cast_rest(survey, size=questionnaires.ready(survey.version).sealed_size)
    _write(survey, _opened(survey, opener))
    survey.tally = {key: value for key, value in (survey.tally or {}).items() if key != "round_on"}
    if survey.manifest is not None:
        _sign_board(survey)
    db.session.execute(delete(SealedResponse).where(SealedResponse.survey_id == survey.id))
    db.session.execute(delete(KeyedSheet).where(KeyedSheet.survey_id == survey.id))
    survey.state, survey.closed_on = SurveyState.CLOSED, clock.today()
    db.session.flush()


def pour_round(survey: Survey) -> None:
    """Turn what is sealed now into answers and leaves; the tags stay, so that no ballot is cast twice.

    The next round's key must have been made. Raises `CannotClose`.
    """
    promises.check(survey)
    _write(survey, _opened(survey, _opener(survey, "")))
    survey.tally = {**(survey.tally or {}), "round_on": clock.today().isoformat()}
    db.session.execute(
        update(SealedResponse)
        .where(SealedResponse.survey_id == survey.id)
        .values(box=b"")
        .execution_options(synchronize_session=False)
    )
    survey.round += 1
    db.session.flush()


def unopened(survey: Survey) -> int:
    """Return how many answers lie in the box now; those of earlier rounds are not among them."""
    query = select(func.count()).select_from(SealedResponse)
    return db.session.scalar(query.where(SealedResponse.survey_id == survey.id, SealedResponse.box != b"")) or 0


def _opener(survey: Survey, private: str) -> Opener | None:
    if not survey.scrutineer:
        return None
    if not private.strip():
        raise WrongPrivateKey(
            _("This box opens only with the scrutineer's private key. Without it the answers stay sealed."),
            field="private",
        )
    try:
        right = scrutineer.public_key(private) == survey.scrutineer
    except Malformed as error:
        raise WrongPrivateKey(
            _(
                "This is not a scrutineer's private key, or a character of it is wrong. Compare it with what the "
                "scrutineer keeps; the answers are still sealed and nothing is lost."
            ),
            field="private",
        ) from error
    if not right:
        raise WrongPrivateKey(
            _(
                "This private key belongs to another box than this survey's. "
                "The answers are still sealed and nothing is lost."
            ),
            field="private",
        )
    return lambda sealed, info: scrutineer.open(private, sealed, info)


def _opened(survey: Survey, opener: Opener | None) -> Poured:
    asked = questionnaires.ready(survey.version)
    answers: list[dict[str, Any]] = []
    checked: list[Ballot] = []
    complete, channels = 0, Counter[Channel]()
    for content in _contents(survey, opener):
        for row in splitting.rows(content, asked, survey.split):
            answers.append(row | {"id": secrets.token_hex(16), "survey_id": survey.id})
        if content.ballot is not None:
            checked.append(content.ballot)
        complete += content.complete
        channels[content.channel] += 1
    answers.sort(key=lambda row: str(row["id"]))
    checked.sort(key=lambda ballot: ballot.leaf)
    return Poured(answers, checked, complete, channels)


def _contents(survey: Survey, opener: Opener | None) -> Iterator[Sealed]:
    """Yield what the rows in the box hold, each ballot verified; raise `CannotClose`."""
    if not unopened(survey):
        return
    rows = select(SealedResponse.tag, SealedResponse.box).where(
        SealedResponse.survey_id == survey.id, SealedResponse.box != b""
    )
    try:
        promise, box = _promised(survey), ballots.box(survey)
        for tag, sealed in db.session.execute(rows.execution_options(yield_per=CHUNK)):
            yield _checked(promise, box, tag, box.open(tag, sealed, opener))
    except (ballots.NotOpen, seal.CannotOpen, Malformed) as error:
        raise _still_sealed(survey) from error


def _still_sealed(survey: Survey) -> CannotClose:
    return CannotClose(
        _(
            "The answers are still sealed: the survey's key is missing or is not the one they were sealed with. "
            "Put the folder %(folder)s back from this machine and close the survey again; nothing is lost.",
            folder=f"keys/survey-{survey.id}",
        )
    )


def _promised(survey: Survey) -> Promise | None:
    """Return what ballots are checked against; None for a survey from before there were manifests."""
    if survey.manifest is None:
        return None
    told = manifest.read(survey.manifest)
    signer = ballots.read_key(survey.id, SurveyKeys.signer)
    return Promise(told.mh, told.issuer, signer, _slips(survey), survey.access is Access.LINK)


def _checked(promise: Promise | None, box: Box, tag: bytes, content: Sealed) -> Sealed:
    """Return a row's content with its ballot verified once more, a slip's signed; raise `CannotClose`."""
    ballot = content.ballot
    if ballot is None:
        return content
    if promise is None:
        raise promises.Altered
    message = paper.message(ballot.prefix, promise.mh)
    if not ballot.signature and (promise.by_link or ballot.prefix in promise.slips):
        ballot = replace(ballot, signature=promise.signer.sign(message))
    if not (
        paper.leaf(message, ballot.commitment) == ballot.leaf
        and box.tag(seal.digest(message)) == tag
        and blind.verify(promise.issuer, message, ballot.signature)
    ):
        raise CannotClose(
            _(
                "A ballot in the box does not bear this survey's signature: somebody changed the database. "
                "The answers are still sealed."
            )
        )
    return replace(content, ballot=ballot)


def _write(survey: Survey, poured: Poured) -> None:
    leaves = [
        {
            "leaf": ballot.leaf,
            "survey_id": survey.id,
            "prefix": ballot.prefix,
            "signature": ballot.signature,
            "commitment": ballot.commitment,
        }
        for ballot in poured.ballots
    ]
    _insert(Leaf, leaves)
    _insert(Response, poured.answers)
    survey.tally = _tally(survey, poured)
    db.session.flush()


def _insert(table: type[Leaf] | type[Response], rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(table), rows[start : start + CHUNK])


def _tally(survey: Survey, poured: Poured) -> dict[str, Any]:
    """Return the counts of everything opened so far, earlier rounds included."""
    before = survey.tally or {"complete": 0, "channels": {}}
    channels = {
        channel.value: before["channels"].get(channel.value, 0) + poured.channels[channel] for channel in Channel
    }
    counted = _count(select(func.count()).select_from(Leaf).where(Leaf.survey_id == survey.id))
    keyed = _count(select(func.count()).where(KeyedSheet.survey_id == survey.id, KeyedSheet.keying == keying.DONE))
    if survey.manifest is None:
        counted = sum(channels.values()) - keyed - channels[Channel.IMPORTED]
    told = drawing.standing(survey)
    by_link = survey.access is Access.LINK
    return {
        "counted": counted,
        "complete": before["complete"] + poured.complete,
        "channels": channels,
        # Where everybody with the link may answer, the server hands out a ballot with every page that is sent.
        "issued": counted if by_link else told.collected + told.printed - told.destroyed,
        "invited": counted if by_link else told.people,
        "collected": told.collected,
        "slips": {
            "printed": told.printed,
            "drawn": told.drawn,
            "used": _slips_used(survey),
            "destroyed": told.destroyed,
        },
        "other": {"keyed": keyed, "imported": sum(channels.values()) - counted - keyed},
    }


def _slips(survey: Survey) -> frozenset[bytes]:
    """Return the numbers of the ballots that are blank slips: the server makes them from their codes."""
    codes = db.session.scalars(
        select(Invitation.code_hash).where(Invitation.survey_id == survey.id, Invitation.member_id.is_(None))
    ).all()
    if survey.manifest is None or not codes:
        return frozenset()
    tag_key, mh = ballots.read_key(survey.id, SurveyKeys.tag_key), manifest.mh(survey.manifest)
    return frozenset(device.prefix_of(paper.slip_seed(tag_key, code), mh) for code in codes)


def _slips_used(survey: Survey) -> int:
    slips = _slips(survey)
    counted = db.session.scalars(select(Leaf.prefix).where(Leaf.survey_id == survey.id)) if slips else ()
    return sum(prefix in slips for prefix in counted)


def _sign_board(survey: Survey) -> None:
    assert survey.manifest is not None and survey.tally is not None
    leaves = db.session.scalars(select(Leaf.leaf).where(Leaf.survey_id == survey.id).order_by(Leaf.leaf)).all()
    least = manifest.read(survey.manifest).least
    told = survey.tally
    survey.board = board.statement(
        survey.manifest,
        leaves,
        issued=told["issued"],
        invited=told["invited"],
        slips=told["slips"],
        other=told["other"],
        doors=_doors(told["channels"], least),
    )
    try:
        private = ballots.read_key(survey.id, SurveyKeys.receipt_key)
    except ballots.NotOpen as error:
        raise _still_sealed(survey) from error
    survey.board_signature = receipts.sign_board(private, survey.board)


def _doors(channels: Mapping[str, int], least: int) -> dict[str, int | str]:
    """Return the doors as the board tells them.

    How many ballots there are is public, so a hidden number of phones would follow from the computers: where either is
    under the floor, both are told together.
    """
    devices = {door: channels.get(door, 0) for door in (Channel.PHONE.value, Channel.COMPUTER.value)}
    if min(devices.values()) < least:
        devices = {DEVICE: sum(devices.values())}
    others = {door: count for door, count in channels.items() if door not in (Channel.PHONE, Channel.COMPUTER)}
    return {door: board.told(count, least) for door, count in {**devices, **others}.items()}


def _count(query: Any) -> int:
    return db.session.scalar(query) or 0
