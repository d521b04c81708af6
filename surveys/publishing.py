"""What a closed survey publishes: its board, to read, to download and to check without this program."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from anonymity import board, manifest, receipts
from anonymity.encoding import Malformed, canonical, unb64u, uncanonical, unhex
from core.db import db
from core.errors import NotFound
from core.i18n import LANGUAGES, _
from core.settings import ROOT
from core.terms import Access, SurveyState
from surveys import closing, codes, drawing, leaflet
from surveys.models import Invitation, Leaf, Response, Survey

PAGE = 1000  # leaves on one page
MANY = 20_000  # ballots that can be judged while somebody waits; more are left to those who download them
CHECKER = ROOT / "surveys" / "checking.py"
STAMP = (1980, 1, 1, 0, 0, 0)  # the same board makes the same file, whenever it is asked for


def named(public_id: str) -> Survey:
    """Return the survey a public link names, once it has been opened; raise `NotFound`."""
    survey = db.session.scalar(select(Survey).where(Survey.public_id == public_id))
    if survey is None or survey.state is SurveyState.DRAFT:
        raise NotFound(_("There is no such survey. Please check the address."))
    return survey


def published(survey: Survey) -> dict[str, Any]:
    """Return the board of a closed survey as everybody may fetch it; raise `NotFound` while there is none."""
    signed = _signed(survey)
    if signed is None:
        raise NotFound(_("There is no board of this survey: it appears when the survey has closed."))
    rows = db.session.execute(
        select(Leaf.leaf, Leaf.prefix, Leaf.signature, Leaf.commitment).where(Leaf.survey_id == survey.id)
    )
    return board.published(*signed, [board.Ballot(*row) for row in rows])


def _signed(survey: Survey) -> tuple[str, str, bytes] | None:
    """Return manifest, statement and signature of a closed survey; None before the last key is destroyed."""
    if survey.state is not SurveyState.CLOSED or closing.unfinished(survey):
        return None
    if survey.manifest is None or survey.board is None or survey.board_signature is None:
        return None
    return survey.manifest, survey.board, survey.board_signature


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of a board, and the checks that cost next to nothing.

    `doors`: way in -> count, or "<5" under the floor. `listed`: how many ballots the list has. `rooted`: the root
    follows from the list, None for a list too long to be hashed for every visitor; `signed`: the numbers bear the
    signature of the key in the manifest.
    """

    invited: int
    issued: int
    counted: int
    root: str
    slips: Mapping[str, int]
    other: Mapping[str, int]
    doors: Mapping[str, int | str]
    listed: int
    rooted: bool | None
    signed: bool

    @property
    def ordered(self) -> bool:
        """Say whether no more was counted than handed out, and no more handed out than there were people."""
        return self.counted <= self.issued <= self.invited

    @property
    def many(self) -> bool:
        """Say whether there are more ballots than can be judged while somebody waits."""
        return self.listed > MANY


def counts(survey: Survey) -> Counts | None:
    """Return the numbers on the board of a closed survey, None while there is no board."""
    parts = _signed(survey)
    if parts is None:
        return None
    text, statement, signature = parts
    said: Any = uncanonical(statement)
    names = ("invited", "issued", "counted", "root", "slips", "other", "doors")
    listed = db.session.scalar(select(func.count()).select_from(Leaf).where(Leaf.survey_id == survey.id)) or 0
    return Counts(
        **{name: said[name] for name in names},
        listed=listed,
        rooted=_root(survey) == said["root"] if listed <= MANY else None,
        signed=receipts.check_board(manifest.read(text).receipts, statement, signature),
    )


def _root(survey: Survey) -> str:
    return board.root([bytes.fromhex(leaf) for leaf in leaves(survey)]).hex()


def standing_of(survey: Survey, leaf: str, signature: str = "") -> str:
    """Say what a receipt shows of a closed survey: `leaf` is the ballot's number, `signature` the server's under it.

    "in": counted, and the receipt is genuine; "listed": counted, no signature given; "other": counted, but the
    signature is not for this ballot; "missing": not counted although the server signed for it; "absent": unknown here.
    """
    known = manifest.read(survey.manifest)
    try:
        genuine = receipts.check_receipt(known.receipts, known.mh, unhex(leaf), unb64u(signature))
    except Malformed:
        genuine = False
    if not holds(survey, bytes.fromhex(leaf)):
        return "missing" if genuine else "absent"
    if not signature:
        return "listed"
    return "in" if genuine else "other"


def leaves(survey: Survey, page: int = 0) -> list[str]:
    """Return the leaves of a survey in ascending order: all of them, or those of one page, counted from 1."""
    query = select(Leaf.leaf).where(Leaf.survey_id == survey.id).order_by(Leaf.leaf)
    if page:
        query = query.limit(PAGE).offset((page - 1) * PAGE)
    return [leaf.hex() for leaf in db.session.scalars(query)]


def holds(survey: Survey, leaf: bytes) -> bool:
    """Say whether a leaf is on the board of a survey."""
    return db.session.scalar(select(Leaf.leaf).where(Leaf.survey_id == survey.id, Leaf.leaf == leaf)) is not None


def invited(survey: Survey) -> int | None:
    """Return how many ballots there can be in an open survey; None where everybody with the link may answer."""
    return None if survey.access is Access.LINK else drawing.standing(survey).people


def use_of(survey: Survey, code: str) -> str:
    """Say what happened with a code in a closed survey.

    "collected" or "unused" for a code made out to somebody, "drawn" where its holder took a slip instead, "slip" for
    the code of a blank slip (nobody can tell which of those came back), "unknown" for a code of no use here.
    """
    query = select(Invitation.member_id, Invitation.collected, Invitation.drew_slip).where(
        Invitation.survey_id == survey.id, Invitation.code_hash == codes.fingerprint(code)
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        return "unknown"
    if found.member_id is None:
        return "slip"
    if found.drew_slip:
        return "drawn"
    return "unused" if found.collected is None else "collected"


def stored_answers(survey: Survey) -> dict[str, int]:
    """Return how many answers of a closed survey are stored: part ("" for whole answers) -> how many."""
    query = select(Response.part, func.count()).where(Response.survey_id == survey.id).group_by(Response.part)
    return {row[0]: row[1] for row in db.session.execute(query)}


def let_go() -> None:
    """End the transaction, so that nobody who wants to write waits while a file is judged."""
    db.session.rollback()


def bundle(survey: Survey) -> bytes:
    """Return everything published of a closed survey as a zip, with words on how to check it by hand.

    The same board always makes the same bytes. Raises `NotFound` while there is no board.
    """
    told = published(survey)
    files = {
        "board.json": canonical(told),
        "manifest.json": told["manifest"].encode(),
        "instrument.json": canonical(survey.version.definition),
        "check.py": CHECKER.read_bytes(),
        **{f"README.{language}.txt": leaflet.readme(told, language).encode() for language in LANGUAGES},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def pages(count: int) -> Sequence[int]:
    """Return the numbers of the pages that hold `count` leaves."""
    return range(1, -(-count // PAGE) + 1)
