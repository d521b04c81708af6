"""Who is asking: the account behind a session, and the sessions an account has.

The cookie carries a random token, the table its fingerprint: a session that is ended here is over, whatever a copy of
the cookie says. Moments are kept as coarse as the purpose allows. A desk's session ends two hours after its last use,
which takes quarter hours; a member's is noted by the day, so that nothing tells at which moment a member was signed
in: the same person may have answered a survey in that moment.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, current_user, user_logged_in, user_logged_out
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from core import audit, clock, seal
from core.db import SAFE, db
from core.errors import NotFound
from core.i18n import _
from core.terms import Role
from members import devices
from members.models import Account, AccountSession

TOKEN = "token"  # noqa: S105 - the name under which the cookie carries it
QUARTER = timedelta(minutes=15)
MEMBERS_STAY = timedelta(days=2)  # from the beginning of the day a member's session was last used
LONGEST = timedelta(days=30)  # used or not
login_manager = LoginManager()
# Told when somebody comes in at the door: (account, password), the session already begun.
Entered = Callable[[Account, str], None]
_AT_THE_DOOR: list[Entered] = []


@dataclass(frozen=True, slots=True)
class Place:
    """A session as its account's page shows it; `seen` is a day for a member, a quarter hour for others."""

    id: int
    device: str
    started_on: date
    seen: date | datetime
    here: bool


def tell_of_entering(listener: Entered) -> None:
    """Have `listener` called whenever a session begins with a password."""
    if listener not in _AT_THE_DOOR:
        _AT_THE_DOOR.append(listener)


def entered(account: Account, password: str) -> None:
    """Tell everyone who asked that `account` has just come in with `password`."""
    for listener in _AT_THE_DOOR:
        listener(account, password)


def begin(account: Account, user_agent: str = "") -> str:
    """Write down a new session of `account` and return its token; sessions long over are forgotten meanwhile."""
    token = secrets.token_urlsafe(32)
    db.session.execute(
        delete(AccountSession).where(
            (AccountSession.seen_at < clock.now() - MEMBERS_STAY)
            | (AccountSession.started_on < clock.today() - LONGEST)
        )
    )
    db.session.add(
        AccountSession(
            account_id=account.id,
            token_hash=_fingerprint(token),
            device=devices.words(user_agent),
            started_on=clock.today(),
            seen_at=_coarse(account.role),
        )
    )
    db.session.flush()
    return token


def listed(account: Account) -> list[Place]:
    """Return the sessions of `account` that are not over, the one asking first, then the latest."""
    rows = db.session.scalars(select(AccountSession).where(AccountSession.account_id == account.id)).all()
    own = _own_fingerprint()
    places = [
        Place(
            row.id,
            row.device,
            row.started_on,
            row.seen_at.date() if account.role is Role.MEMBER else row.seen_at,
            row.token_hash == own,
        )
        for row in rows
        if not _over(row, account.role)
    ]
    return sorted(places, key=lambda place: (place.here, str(place.seen), place.id), reverse=True)


def end(session_id: int, account: Account, *, by: Account) -> None:
    """End one session of `account`; raise `NotFound` for anybody else's."""
    row = db.session.get(AccountSession, session_id)
    if row is None or row.account_id != account.id:
        raise NotFound(_("This session is over already."))
    db.session.delete(row)
    audit.note("account.session_end", account, by=by)


def end_others(account: Account) -> int:
    """End every session of `account` but the one asking; return how many there were."""
    rows = _others(account)
    for row in rows:
        db.session.delete(row)
    if rows:
        audit.note("account.session_end", account, by=account)
    return len(rows)


def end_all(account: Account) -> None:
    """End every session of `account`, keys that were left open in its cookies included."""
    account.session_number += 1
    db.session.execute(delete(AccountSession).where(AccountSession.account_id == account.id))
    db.session.flush()


def _others(account: Account) -> Sequence[AccountSession]:
    return db.session.scalars(
        select(AccountSession).where(
            AccountSession.account_id == account.id, AccountSession.token_hash != _own_fingerprint()
        )
    ).all()


@login_manager.user_loader
def load(identity: str) -> Account | None:
    """Return the account a session names, unless the session is over, was ended, or the account was closed."""
    account_id, _dot, number = identity.partition(".")
    if not account_id.isdigit():
        return None
    found = db.session.execute(
        select(Account, AccountSession)
        .join(AccountSession, AccountSession.account_id == Account.id)
        .where(Account.id == int(account_id), AccountSession.token_hash == _own_fingerprint())
    ).first()
    if found is None:
        return None
    account, row = found
    if not account.active or str(account.session_number) != number or _over(row, account.role):
        return None
    _see(row, account.role)
    return account


def _over(row: AccountSession, role: Role) -> bool:
    idle = timedelta(minutes=current_app.config["SETTINGS"].idle)
    # The quarter hour it was last used in has begun up to fifteen minutes before it was used.
    stays = MEMBERS_STAY if role is Role.MEMBER else idle + QUARTER
    return row.seen_at + stays < clock.now() or row.started_on + LONGEST < clock.today()


def _coarse(role: Role) -> datetime:
    """Return this moment as it may be kept: the day for a member, the quarter hour for everybody else."""
    now = clock.now()
    return now.replace(
        hour=0 if role is Role.MEMBER else now.hour,
        minute=0 if role is Role.MEMBER else now.minute // 15 * 15,
        second=0,
        microsecond=0,
    )


def _see(row: AccountSession, role: Role) -> None:
    """Take note that the session is in use, at most once in a quarter hour or day."""
    now = _coarse(role)
    if row.seen_at >= now:
        return
    if request.method not in SAFE:
        row.seen_at = now
        return
    seen = update(AccountSession).where(AccountSession.id == row.id).values(seen_at=now)
    try:
        # What a page reads is undone at its end: this goes its own way.
        with db.engine.begin() as connection:
            connection.execute(seen)
    except DBAPIError:
        current_app.logger.warning("a session could not be kept alive: the database takes no writes")


def _fingerprint(token: str) -> bytes:
    return seal.digest(token.encode("utf-8", "surrogatepass"))


def _own_fingerprint() -> bytes:
    return _fingerprint(str(session.get(TOKEN, "")))


def leave() -> None:
    """End the session the browser brought along, if it is one: what was planted there opens nothing any more."""
    db.session.execute(delete(AccountSession).where(AccountSession.token_hash == _own_fingerprint()))
    session.pop(TOKEN, None)


def _begin_here(sender: object, user: Account) -> None:
    """Give the browser that signs in a session of its own."""
    session[TOKEN] = begin(user, request.user_agent.string)


def _end_here(sender: object, user: Account) -> None:
    leave()


def init_app(app: Flask) -> None:
    """Recognise the reader before every page of the desk."""
    login_manager.init_app(app)
    user_logged_in.connect(_begin_here, app)
    user_logged_out.connect(_end_here, app)
    app.before_request(recognise)


def recognise() -> None:
    """Put the account and its organisation where views and templates find them."""
    g.account = g.organisation = None
    if request.path.startswith("/app") and current_user.is_authenticated:
        g.account = current_user._get_current_object()
        g.organisation = g.account.organisation
