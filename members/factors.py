"""Second factors: what an account has besides its password, and whether it must have something.

An authenticator app (TOTP, RFC 6238) or a passkey, after the password and never instead of it: the password also opens
the notes sealed to its holder (`vault`). Recovery codes stand in for either.
"""

import secrets
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import delete, func, select, update

from core import audit, clock, seal
from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.i18n import _
from core.terms import Role
from members import recovery
from members.models import Account, AuthenticatorApp, Passkey, PasskeyChallenge, RecoveryCode

KEY_FILE = "second_factor_key"
SECRET = 20  # bytes, as long as the SHA-1 they key
BOX = 32
ISSUER = "Xinsheng"


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account has: whether an app, which passkeys, how many recovery codes, and whether it needs more."""

    app: AuthenticatorApp | None
    passkeys: tuple[Passkey, ...]
    codes: int
    required: bool

    @property
    def any(self) -> bool:
        """Say whether there is a second factor."""
        return self.app is not None or bool(self.passkeys)

    @property
    def missing(self) -> bool:
        """Say whether there is none although there must be one."""
        return self.required and not self.any


def standing(account: Account) -> Standing:
    """Return what `account` has."""
    keys = db.session.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)).all()
    app = _app(account)
    codes = db.session.scalar(
        select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account.id)
    )
    return Standing(app if app is not None and app.proven else None, tuple(keys), codes or 0, required(account))


def has(account: Account) -> bool:
    """Say whether `account` has a second factor."""
    app = select(AuthenticatorApp.account_id).where(AuthenticatorApp.account_id == account.id, AuthenticatorApp.proven)
    key = select(Passkey.account_id).where(Passkey.account_id == account.id)
    return db.session.scalar(app.union_all(key).limit(1)) is not None


def required(account: Account) -> bool:
    """Say whether the installation asks `account` for a second factor."""
    wanted = current_app.config["SETTINGS"].second_factor
    return wanted == "everyone" or (wanted == "secretaries" and account.role is Role.SECRETARY)


def begin_app(account: Account) -> None:
    """Make a secret for an authenticator app; it counts once a code of it was typed in (`prove_app`)."""
    app = _app(account)
    if app is not None and app.proven:
        raise DomainError(_("You have an authenticator app already; remove it first."))
    if app is not None:
        db.session.delete(app)
        db.session.flush()
    box = seal.seal(_key(), secrets.token_bytes(SECRET), size=BOX, bound_to=_bound(account))
    db.session.add(AuthenticatorApp(account_id=account.id, secret=box, made_on=clock.today()))
    db.session.flush()


def pending_secret(account: Account) -> bytes | None:
    """Return the secret an app is to read now; None when none is being set up."""
    app = _app(account)
    return _secret(app, account) if app is not None and not app.proven else None


def prove_app(account: Account, code: str) -> None:
    """Let the authenticator app count from now on, if it shows `code`; raise `BadInput`."""
    app = _app(account)
    if app is None or app.proven:
        raise DomainError(_("No authenticator app is being set up. Begin again on your account page."))
    if not _takes(app, account, code):
        raise BadInput(
            _("This is not the code the app shows now. Look whether the clock of the phone is right, and try again."),
            field="code",
        )
    app.proven = True
    audit.note("account.app", account, by=account)


def check_code(account: Account, code: str) -> bool:
    """Say whether `code` is what the app of `account` shows now, or a recovery code; each is good once."""
    app = _app(account)
    if app is not None and app.proven and _takes(app, account, code):
        return True
    return recovery.use(account, code)


def remove_app(account: Account) -> None:
    """Forget the authenticator app; its codes open nothing any more."""
    found = standing(account)
    if found.app is None:
        raise DomainError(_("You have no authenticator app."))
    _keep_one(found, app=False, keys=len(found.passkeys))
    db.session.delete(found.app)
    _tidy(account)
    audit.note("account.app_removed", account, by=account)


def passkey(passkey_id: int, account: Account) -> Passkey:
    """Return a passkey of `account`; raise `NotFound` for anybody else's."""
    found = db.session.get(Passkey, passkey_id)
    if found is None or found.account_id != account.id:
        raise NotFound(_("This passkey is gone already."))
    return found


def remove_passkey(passkey: Passkey, *, by: Account) -> None:
    """Forget a passkey; it opens nothing any more."""
    found = standing(by)
    _keep_one(found, app=found.app is not None, keys=len(found.passkeys) - 1)
    db.session.delete(passkey)
    _tidy(by)
    audit.note("account.passkey_removed", by, by=by)


def forget(account: Account) -> None:
    """Take every second factor and every recovery code from `account`; flushed."""
    for table in (AuthenticatorApp, Passkey, PasskeyChallenge, RecoveryCode):
        db.session.execute(delete(table).where(table.account_id == account.id))
    db.session.expire_all()


def _keep_one(found: Standing, *, app: bool, keys: int) -> None:
    if found.required and not app and not keys:
        raise DomainError(_("Your installation asks for a second factor: set another one up first."))


def _tidy(account: Account) -> None:
    """Recovery codes stand in for a second factor; without one they are only something to lose."""
    db.session.flush()
    if not has(account):
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _takes(app: AuthenticatorApp, account: Account, code: str) -> bool:
    secret = _secret(app, account)
    typed = "".join(code.split())
    if secret is None or not (typed.isascii() and typed.isdigit()):
        return False
    moment = clock.now().timestamp()
    step, spent = seal.code_step(secret, typed, moment), app.spent
    # Steps that lie behind the window cannot come again, so only those within it need be told apart.
    known = [each for each in seal.steps_around(moment) if _mark(secret, each) == spent]
    if step is None or any(step <= each for each in known):
        return False
    # One statement, so that of two tries with the same code at the same moment only one is the first.
    spent = db.session.execute(
        update(AuthenticatorApp)
        .where(AuthenticatorApp.account_id == account.id, AuthenticatorApp.spent == spent)
        .values(spent=_mark(secret, step))
    )
    return bool(spent.rowcount == 1)  # type: ignore[attr-defined]


def _mark(secret: bytes, step: int) -> bytes:
    return seal.keyed(secret, f"spent step {step}".encode())[:16]


def _secret(app: AuthenticatorApp, account: Account) -> bytes | None:
    try:
        return seal.unseal(_key(), app.secret, bound_to=_bound(account))
    except seal.CannotOpen:
        return None  # restored without its key file: recovery codes go on working


def _app(account: Account) -> AuthenticatorApp | None:
    return db.session.get(AuthenticatorApp, account.id, populate_existing=True)


def _bound(account: Account) -> bytes:
    return f"authenticator app of {account.id}".encode()


def _key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)
