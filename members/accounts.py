"""Accounts: signing in, passwords, opening and closing."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from sqlalchemy import delete, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Role
from members import factors, sessions, throttle
from members.models import Account, AccountInvitation, Member, Organisation
from members.throttle import NOWHERE, Visit

SHORTEST = 12  # characters of a new password; shorter ones from before go on working
LONGEST = 200
TRIES = 5  # wrong passwords before an account rests
LONGEST_REST = timedelta(hours=1)
# Told of every password as it is set: (account, new, old); old is None for a new account and after a reset.
PasswordSet = Callable[[Account, str, str | None], None]
_TOLD: list[PasswordSet] = []
# Told of every account opened, closed or given another role: (account, by).
Changed = Callable[[Account, Account], None]
_TOLD_OF_CHANGES: list[Changed] = []
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: people copy these from paper


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What a secretary decides about an account; `member` is the person on the roster it belongs to, if any."""

    name: str
    role: Role
    member: Member | None = None


def tell_of_passwords(listener: PasswordSet) -> None:
    """Have `listener` called whenever an account gets a password: keys locked with the old one follow it."""
    if listener not in _TOLD:
        _TOLD.append(listener)


def tell_of_changes(listener: Changed) -> None:
    """Have `listener` called whenever an account is opened, closed or given another role."""
    if listener not in _TOLD_OF_CHANGES:
        _TOLD_OF_CHANGES.append(listener)


def _changed(account: Account, by: Account) -> None:
    db.session.flush()
    for listener in _TOLD_OF_CHANGES:
        listener(account, by)


def _tell(account: Account, new: str, old: str | None) -> None:
    for listener in _TOLD:
        listener(account, new, old)


@cache
def _hasher(testing: bool) -> PasswordHasher:
    # RFC 9106's second recommended choice; the tests sign in hundreds of times.
    return PasswordHasher(1, 8, 1) if testing else PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


def _argon() -> PasswordHasher:
    return _hasher(current_app.testing)


@cache
def _nobody(testing: bool) -> str:
    """Return a hash no password has, so that an unknown name takes as long to refuse as a known one."""
    return _hasher(testing).hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """Return the Argon2id hash to keep instead of `password`."""
    return _argon().hash(password)


def sign_in(username: str, password: str, *, visit: Visit = NOWHERE) -> Account:
    """Return the account that `username` and `password` open; with a second factor it is only half open (`prove`).

    Raises `BadInput` with one message whatever was wrong: an unknown name, a wrong password, a closed or
    resting account. After five wrong passwords an account rests for a minute, then two, up to an hour; a browser
    known to the account has tries of its own. An address many names failed from is told to wait.
    The failure count is committed at once: the page that says no undoes everything else.
    """
    account = db.session.scalar(
        # Tries at one account wait for each other, or many at once would all slip under the limit.
        select(Account).where(Account.username == username.strip()).with_for_update(of=Account)
    )
    trusted = account is not None and throttle.trusts(visit, account)
    if not trusted:
        _wait_for(visit)
    right = _matches(account.password if account else _nobody(current_app.testing), password)
    if account is None or not account.active or (_resting(account) and not trusted):
        if account is None:
            throttle.failed(visit, username)
            db.session.commit()
        raise _refusal()
    if not right:
        _count_failure(account, visit)
        raise _refusal()
    if not factors.has(account):
        _settle(account, visit)
    if _argon().check_needs_rehash(account.password):
        account.password = hashed(password)
    db.session.flush()
    return account


def prove(account: Account, proof: Callable[[], bool], *, visit: Visit = NOWHERE) -> None:
    """Open what `sign_in` left half open, if `proof` says that the second factor is right.

    Raises `BadInput`; wrong proofs are counted like wrong passwords, and only the right one ends the count: whoever
    knows the password must not be able to try codes for ever.
    """
    db.session.refresh(account, with_for_update={"of": Account})
    if not account.active or (_resting(account) and not throttle.trusts(visit, account)):
        raise _not_proven()
    if not proof():
        _count_failure(account, visit)
        raise _not_proven()
    _settle(account, visit)
    db.session.flush()


def _not_proven() -> BadInput:
    return BadInput(
        _(
            "This is not right, or has been used already. Wait for the next code and try again; "
            "after five wrong tries an account rests for a while."
        ),
        field="code",
    )


def _settle(account: Account, visit: Visit) -> None:
    account.failures, account.locked_until = 0, None
    throttle.succeeded(visit, account)


def _wait_for(visit: Visit) -> None:
    left = throttle.waits(visit)
    if left is not None:
        raise BadInput(
            _(
                "Many names have failed from your network today, so new tries wait: try again in %(minutes)s minutes. "
                "A browser you have signed in with before is not held up.",
                minutes=int(left.total_seconds() // 60) + 1,
            )
        )


def _refusal() -> BadInput:
    return BadInput(
        _(
            "The name or the password is not right. After five wrong tries an account rests for a while; "
            "then wait a few minutes before the next try."
        )
    )


def _matches(stored: str, password: str) -> bool:
    try:
        return _argon().verify(stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def _resting(account: Account) -> bool:
    return account.locked_until is not None and account.locked_until > clock.now()


def _count_failure(account: Account, visit: Visit) -> None:
    """Keep one more failure although the page answers 422; nothing else has been written in this request."""
    if not throttle.trusts(visit, account):
        account.failures += 1
        if account.failures >= TRIES:
            rest = min(timedelta(minutes=2 ** min(account.failures - TRIES, 10)), LONGEST_REST)
            account.locked_until = clock.now() + rest
    throttle.failed(visit, account.username)
    db.session.commit()


def check_password(password: str, username: str, *, field: str = "password") -> None:
    """Raise `BadInput` unless `password` is long enough and is not the sign-in name."""
    if len(password) < SHORTEST:
        raise BadInput(_("The password needs at least %(count)s characters.", count=SHORTEST), field=field)
    if len(password) > LONGEST:
        raise BadInput(_("The password may have at most %(count)s characters.", count=LONGEST), field=field)
    if password.strip().casefold() == username.strip().casefold():
        raise BadInput(_("The password may not be the sign-in name."), field=field)
    if len(set(password)) < 4:
        raise BadInput(_("The password repeats the same few characters; choose another."), field=field)


def change_password(account: Account, old: str, new: str) -> None:
    """Give `account` a new password after checking the old one, and end its other sessions."""
    if not _matches(account.password, old):
        raise BadInput(_("The present password is not right."), field="old")
    check_password(new, account.username, field="new")
    if old == new:
        raise BadInput(_("The new password is the same as the old one."), field="new")
    account.password = hashed(new)
    account.must_change = False
    withdraw_invitation(account)
    end_sessions(account)
    _tell(account, new, old)
    audit.note("account.password", account, by=account)


def end_sessions(account: Account) -> None:
    """Sign `account` out everywhere."""
    sessions.end_all(account)


def confirm(account: Account, password: str, *, visit: Visit = NOWHERE) -> None:
    """Make sure that it is the holder who sits there, by the password; raise `BadInput`."""
    db.session.refresh(account, with_for_update={"of": Account})
    if _resting(account) and not throttle.trusts(visit, account):
        raise BadInput(_("Too many wrong tries; wait a few minutes."), field="password")
    if not _matches(account.password, password):
        _count_failure(account, visit)
        raise BadInput(_("The present password is not right."), field="password")


def lend(account: Account, secret: str) -> None:
    """Let `secret` stand for the first password, for whoever it is handed to: keys are locked with it until then."""
    _tell(account, secret, None)


def take_over(account: Account, secret: str, new: str) -> None:
    """Give `account` the password its holder has chosen, where `secret` stood for it until now."""
    check_password(new, account.username, field="new")
    account.password = hashed(new)
    account.must_change = False
    account.failures, account.locked_until = 0, None
    end_sessions(account)
    _tell(account, new, secret)


def temporary_password() -> str:
    """Return a password to hand over once, easy to read from paper (59 bits)."""
    return "-".join("".join(secrets.choice(ALPHABET) for _each in range(4)) for _group in range(3))


def make(
    organisation: Organisation, username: str, password: str, details: AccountDetails, *, language: str
) -> Account:
    """Write a new account of `organisation`, by nobody in particular: the first one has no author."""
    username = username.strip()
    if not username or len(username) > 80 or any(c.isspace() for c in username):
        raise BadInput(_("A sign-in name has 1 to 80 characters and no spaces."), field="username")
    if db.session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise BadInput(_("This sign-in name is taken; choose another."), field="username")
    check_password(password, username)
    account = Account(
        organisation_id=organisation.id,
        member_id=details.member.id if details.member else None,
        username=username,
        name=details.name.strip(),
        password=hashed(password),
        role=details.role,
        language=language,
        active=True,
        must_change=False,
        session_number=0,
        failures=0,
    )
    db.session.add(account)
    db.session.flush()
    _tell(account, password, None)
    return account


def open_account(username: str, details: AccountDetails, *, by: Account) -> tuple[Account, str]:
    """Open an account in the organisation of `by`; return it with the temporary password to hand over."""
    password = temporary_password()
    account = make(by.organisation, username, password, details, language=by.organisation.language)
    account.must_change = True
    opened(account, by=by)
    return account, password


def opened(account: Account, *, by: Account) -> None:
    """Tell everyone who asked that there is a new account, and write it down."""
    _changed(account, by)
    audit.note("account.open", account, by=by)


def change_account(account: Account, details: AccountDetails, *, by: Account) -> None:
    """Change whose account it is and what it may do."""
    if account.role is Role.SECRETARY and details.role is not Role.SECRETARY:
        _keep_a_secretary(account)
    account.name, account.role = details.name.strip(), details.role
    account.member_id = details.member.id if details.member else None
    _changed(account, by)
    audit.note("account.change", account, by=by)


def close_account(account: Account, *, by: Account) -> None:
    """Let nobody in with `account` any more; what it wrote stays."""
    if account.id == by.id:
        raise DomainError(_("You cannot close your own account; another secretary can."))
    _keep_a_secretary(account)
    account.active = False
    withdraw_invitation(account)
    end_sessions(account)
    _changed(account, by)
    audit.note("account.close", account, by=by)


def reopen_account(account: Account, *, by: Account) -> None:
    """Let a closed account in again, with the password it had."""
    account.active = True
    account.failures, account.locked_until = 0, None
    _changed(account, by)
    audit.note("account.reopen", account, by=by)


def reset_password(account: Account, *, by: Account) -> str:
    """Return a new temporary password for `account`, which must be changed at the next sign-in."""
    if account.id == by.id:
        raise DomainError(_("Change your own password on your account page."))
    password = temporary_password()
    account.password = hashed(password)
    account.must_change = True
    account.failures, account.locked_until = 0, None
    withdraw_invitation(account)
    end_sessions(account)
    _tell(account, password, None)
    audit.note("account.reset", account, by=by)
    return password


def withdraw_invitation(account: Account) -> None:
    """Let no link set the password any more: whoever changed it did not mean to leave that door open."""
    db.session.execute(delete(AccountInvitation).where(AccountInvitation.account_id == account.id))


def _keep_a_secretary(account: Account) -> None:
    others = db.session.scalar(
        select(Account.id)
        .where(
            Account.organisation_id == account.organisation_id,
            Account.role == Role.SECRETARY,
            Account.active,
            Account.id != account.id,
        )
        .limit(1)
    )
    if account.role is Role.SECRETARY and others is None:
        raise DomainError(_("This is the only secretary's account; open another one first."))
