"""Links that let the holder of an account choose its password: good once, for a week.

Looking at the page spends nothing, for chat programs fetch links before people do; only sending a password does. The
link's secret also stands for the first password until then, so keys handed out before are not lost (`vault`).
"""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from core import audit, clock, seal
from core.db import db
from core.errors import DomainError, NotFound
from core.i18n import _
from members import accounts
from members.accounts import AccountDetails
from members.models import Account, AccountInvitation

DAYS = 7
NO_PASSWORD = "!"  # noqa: S105 - a hash of nothing: no password matches it


def open_account(username: str, details: AccountDetails, *, by: Account) -> tuple[Account, str]:
    """Open an account nobody has a password for; return it with the secret of the link that sets one."""
    token = secrets.token_urlsafe(24)
    account = accounts.make(by.organisation, username, token, details, language=by.organisation.language)
    account.password, account.must_change = NO_PASSWORD, True
    accounts.opened(account, by=by)
    _write(account, token)
    return account, token


def invite(account: Account, *, by: Account) -> str:
    """Return the secret of a new link for `account`; an earlier one is void, the password goes on until it is used."""
    if account.id == by.id:
        raise DomainError(_("Change your own password on your account page."))
    if not account.active:
        raise DomainError(_("This account is closed; open it again first."))
    token = secrets.token_urlsafe(24)
    if account.must_change:
        account.password = NO_PASSWORD  # the link takes the place of the temporary password
    accounts.lend(account, token)
    _write(account, token)
    audit.note("account.invite", account, by=by)
    return token


def holder(token: str) -> Account:
    """Return whose password a link may set; raise `NotFound` for one that is spent, void or over."""
    found = _find(token)
    account = db.session.get(Account, found.account_id) if found is not None else None
    if found is None or account is None or not account.active or found.expires_on < clock.today():
        raise NotFound(_("This link has been used already, or is too old. Ask your secretary for a new one."))
    return account


def accept(token: str, password: str) -> Account:
    """Spend the link: give its account the password its holder chose, and return it."""
    account = holder(token)
    accounts.check_password(password, account.username, field="new")
    spent = db.session.execute(delete(AccountInvitation).where(AccountInvitation.token_hash == _fingerprint(token)))
    if spent.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound(_("This link has been used already, or is too old. Ask your secretary for a new one."))
    accounts.take_over(account, token, password)
    audit.note("account.invitation_used", account, by=account)
    return account


def waiting(account: Account) -> AccountInvitation | None:
    """Return the link of `account` that can still be used."""
    found = db.session.get(AccountInvitation, account.id)
    return found if found is not None and found.expires_on >= clock.today() else None


def _write(account: Account, token: str) -> None:
    db.session.execute(delete(AccountInvitation).where(AccountInvitation.account_id == account.id))
    db.session.add(
        AccountInvitation(
            account_id=account.id,
            token_hash=_fingerprint(token),
            expires_on=clock.today() + timedelta(days=DAYS),
        )
    )
    db.session.flush()


def _find(token: str) -> AccountInvitation | None:
    return db.session.scalar(select(AccountInvitation).where(AccountInvitation.token_hash == _fingerprint(token)))


def _fingerprint(token: str) -> bytes:
    return seal.digest(f"invitation {token}".encode("utf-8", "surrogatepass"))
