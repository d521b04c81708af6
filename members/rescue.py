"""Letting somebody in again who has lost what they sign in with."""

from core import audit
from core.errors import DomainError
from core.i18n import _
from members import accounts, factors
from members.models import Account


def sign_out_everywhere(account: Account, *, by: Account) -> None:
    """Sign `account` out everywhere, on somebody else's word."""
    accounts.end_sessions(account)
    audit.note("account.session_end", account, by=by)


def forget_factors(account: Account, *, by: Account) -> None:
    """Take the second factor from an account whose holder has lost it; its sessions end."""
    if account.id == by.id:
        raise DomainError(_("Change your own second factor on your account page."))
    factors.forget(account)
    accounts.end_sessions(account)
    audit.note("account.factors_reset", account, by=by)


def let_in(account: Account, *, keep_password: bool) -> str:
    """Let `account` in again on the word of whoever runs the machine; return its temporary password, or "".

    The second factor goes, waiting ends, sessions end.
    """
    factors.forget(account)
    account.failures, account.locked_until, account.active = 0, None, True
    accounts.end_sessions(account)
    password = ""
    if not keep_password:
        password = accounts.temporary_password()
        account.password, account.must_change = accounts.hashed(password), True
        accounts.withdraw_invitation(account)
        accounts.lend(account, password)
    audit.note("account.rescue", account, by=None)
    return password
