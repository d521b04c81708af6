"""Recovery codes: ten on a sheet of paper, each of which stands in for a lost second factor once."""

import secrets

from sqlalchemy import delete

from core import audit, seal
from core.db import db
from members.models import Account, RecoveryCode

COUNT = 10
GROUPS = 4  # of four signs: 79 bits, so that a fingerprint tells nothing however fast one can count
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: people copy these from paper


def make(account: Account) -> list[str]:
    """Return ten new codes to be printed, in place of the earlier ones."""
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _sign in range(4)) for _group in range(GROUPS))
        for _code in range(COUNT)
    ]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=_fingerprint(account, code)) for code in codes)
    audit.note("account.recovery_codes", account, by=account)
    return codes


def use(account: Account, code: str) -> bool:
    """Say whether `code` is one of the account's, and spend it."""
    spent = db.session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _fingerprint(account, code)
        )
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.note("account.recovery_code_used", account, by=account)
    return True


def _fingerprint(account: Account, code: str) -> bytes:
    signs = "".join(sign for sign in code.casefold() if sign.isalnum())
    return seal.digest(f"recovery code {account.id} {signs}".encode("utf-8", "surrogatepass"))
