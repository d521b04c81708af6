"""The board (公示栏): what people said and what was done about it, for members or for everybody with the link."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from concerns.models import Action, Board, Concern, Reply
from core import audit, clock
from core.db import db
from core.errors import BadInput, NotFound, Stale
from core.i18n import _
from core.terms import ActionState, BoardAccess, ReplyOutcome, ReplyState
from members.models import Account, Organisation

TITLE, INTRODUCTION = 80, 600
TOKEN = re.compile(r"[A-Za-z0-9_-]{10,40}")
PAGE = 60  # replies on one page of the board
FINISHED = (ActionState.DONE, ActionState.CLOSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One reply as the board shows it: only words a second person let out, and how many measures are finished."""

    id: int
    concern_id: int
    said: str
    did: str
    outcome: ReplyOutcome
    first_on: date
    changed_on: date
    measures: int
    finished: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some of many lines: `number` of `count` pages."""

    lines: tuple[Line, ...]
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Setting:
    """How an organisation's board is set up; `title` is never empty, `changed_on` None before the first reply."""

    token: str
    access: BoardAccess
    title: str
    own_title: str
    introduction: str
    changed_on: date | None
    revision: int

    @property
    def linked(self) -> bool:
        """Say whether everybody with the link may read it."""
        return self.access is BoardAccess.LINK


def setting(within: Organisation) -> Setting:
    """Return how the board is set up; one nobody set up yet is for members."""
    row = db.session.get(Board, within.id)
    if row is None:
        newest = select(func.max(Reply.published_on)).where(
            Reply.organisation_id == within.id, Reply.state == ReplyState.PUBLISHED
        )
        return Setting("", BoardAccess.MEMBERS, _title(), "", "", db.session.scalar(newest), 0)
    title = row.title or _title()
    return Setting(row.token, row.access, title, row.title, row.introduction, row.changed_on, row.revision)


def _title() -> str:
    return _("You said, we did")


def lines(within: Organisation, *, outcome: ReplyOutcome | None = None) -> list[Line]:
    """Return what stands on the board, changed last first; with an `outcome` only those."""
    wanted = [Reply.organisation_id == within.id, Reply.state == ReplyState.PUBLISHED, Reply.published_on.is_not(None)]
    if outcome is not None:
        wanted.append(Reply.outcome == outcome)
    rows = db.session.scalars(select(Reply).where(*wanted).order_by(Reply.published_on.desc(), Reply.id.desc())).all()
    root = _roots(within)
    first, measures = _first_days(within, root), _measures(within)
    found = []
    for row in rows:
        here = root.get(row.concern_id, row.concern_id)
        total, finished = measures.get(here, (0, 0))
        changed = row.published_on or clock.today()
        line = Line(
            id=row.id,
            concern_id=here,
            said=row.said,
            did=row.did,
            outcome=row.outcome,
            first_on=first.get(here, changed),
            changed_on=changed,
            measures=total,
            finished=finished,
        )
        found.append(line)
    return found


def page(found: Sequence[Line], number: int | None) -> Page:
    """Return one page of the board's lines, the nearest there is to `number`, counted from 1."""
    count = max(1, -(-len(found) // PAGE))
    here = min(max(number or 1, 1), count)
    return Page(tuple(found[(here - 1) * PAGE : here * PAGE]), here, count)


def counts(within: Organisation) -> dict[ReplyOutcome, int]:
    """Return how many replies on the board tell each outcome."""
    rows = db.session.execute(
        select(Reply.outcome, func.count())
        .where(Reply.organisation_id == within.id, Reply.state == ReplyState.PUBLISHED)
        .group_by(Reply.outcome)
    ).all()
    known = dict(rows)
    return {outcome: known[outcome] for outcome in ReplyOutcome if outcome in known}


def public(token: str) -> Organisation:
    """Return whose board a link names, while everybody with the link may read it; raise `NotFound`."""
    known = TOKEN.fullmatch(token)
    found = known and db.session.scalar(
        select(Organisation)
        .join(Board, Board.organisation_id == Organisation.id)
        .where(Board.token == token, Board.access == BoardAccess.LINK)
    )
    if found is None:
        raise NotFound(_("There is no board at this address. Please ask for the new one."))
    return found


def set_up(within: Organisation, *, access: BoardAccess, title: str, introduction: str, seen: int, by: Account) -> None:
    """Say who may read the board and what stands above it; raise `Stale`, `BadInput`."""
    for field, words, most in (("title", title, TITLE), ("introduction", introduction, INTRODUCTION)):
        if len(words) > most:
            raise BadInput(_("At most %(number)s characters, please.", number=most), field=field)
    row = _row(within, seen)
    row.access, row.title, row.introduction = access, title.strip(), introduction.strip()
    _note("board.set_up", within, by)


def renew_link(within: Organisation, *, seen: int, by: Account) -> None:
    """Give the board another link; the one before leads nowhere from now on; raise `Stale`."""
    _row(within, seen).token = _token()
    _note("board.renew_link", within, by)


def _row(within: Organisation, seen: int) -> Board:
    """Return the board to be changed, made when it is missing."""
    row = db.session.scalar(
        select(Board)
        .where(Board.organisation_id == within.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        row = Board(organisation_id=within.id, token=_token(), changed_on=setting(within).changed_on)
        db.session.add(row)
    elif row.revision != seen:
        raise Stale(_("Somebody else changed the board meanwhile; nothing was overwritten. Look again and save anew."))
    return row


def _token() -> str:
    return secrets.token_urlsafe(12)


def _note(step: str, within: Organisation, by: Account) -> None:
    db.session.flush()
    audit.note(step, within, by=by)


def _first_days(within: Organisation, root: dict[int, int]) -> dict[int, date]:
    rows = db.session.execute(
        select(Reply.concern_id, func.min(Reply.published_on))
        .where(Reply.organisation_id == within.id, Reply.published_on.is_not(None))
        .group_by(Reply.concern_id)
    )
    found: dict[int, date] = {}
    for concern_id, day in rows:
        here = root.get(concern_id, concern_id)
        if day is not None:
            found[here] = min(day, found.get(here, day))
    return found


def _measures(within: Organisation) -> dict[int, tuple[int, int]]:
    """How many actions each concern has, and how many of them are finished."""
    finished = func.sum(case((Action.state.in_(FINISHED), 1), else_=0))
    rows = db.session.execute(
        select(Action.concern_id, func.count(), finished)
        .where(Action.organisation_id == within.id)
        .group_by(Action.concern_id)
    )
    return {concern_id: (total, int(done or 0)) for concern_id, total, done in rows}


def _roots(within: Organisation) -> dict[int, int]:
    """Where each concern that was merged away has gone in the end."""
    rows: Any = db.session.execute(
        select(Concern.id, Concern.merged_into_id).where(
            Concern.organisation_id == within.id, Concern.merged_into_id.is_not(None)
        )
    ).all()
    into = dict(rows)
    found = {}
    for number in into:
        at, seen = number, {number}
        while at in into and into[at] not in seen:
            at = into[at]
            seen.add(at)
        found[number] = at
    return found
