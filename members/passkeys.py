"""Passkeys as a second factor (WebAuthn): a phone, a computer or a security key vouches for who typed the password.

Browsers offer them over https and on this very machine (localhost) only, and for names rather than bare addresses.
"""

import ipaddress
import json
import secrets
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from members.models import Account, Passkey, PasskeyChallenge

LONGEST_NAME = 60
MOST = 10  # passkeys of one account
ISSUER = "Xinsheng"


def possible(origin: str) -> bool:
    """Say whether browsers offer passkeys to a page at `origin`: https or localhost, and a name."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost") or parts.scheme == "https"
    return False


def asked_to_make(account: Account, origin: str) -> str:
    """Return, as JSON, what a browser needs to make a passkey for `account`."""
    _needs_possible(origin)
    library, held = _library(), _held(account)
    if len(held) >= MOST:
        raise DomainError(_("You have %(count)s passkeys; remove one first.", count=MOST))
    options = library.generate_registration_options(
        rp_id=_host(origin),
        rp_name=ISSUER,
        # Nothing about the person: only that all passkeys of an account belong together.
        user_id=f"xinsheng-{account.id}".encode(),
        user_name=account.username,
        user_display_name=account.name,
        challenge=_challenge(account),
        exclude_credentials=[_described(each) for each in held],
        authenticator_selection=_structs().AuthenticatorSelectionCriteria(
            resident_key=_structs().ResidentKeyRequirement.DISCOURAGED,
            user_verification=_structs().UserVerificationRequirement.PREFERRED,
        ),
    )
    return str(library.options_to_json(options))


def keep(account: Account, answer: str, name: str, origin: str) -> Passkey:
    """Keep the passkey a browser has just made; raise `BadInput`."""
    challenge = _taken(account)
    try:
        made = _library().verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
        )
    except (_failure(), ValueError, KeyError, TypeError) as error:
        raise BadInput(_("The passkey could not be checked. Nothing was changed; try again.")) from error
    known = db.session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id))
    if known is not None:
        raise BadInput(_("This passkey is in use already."))
    passkey = Passkey(
        account_id=account.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=" ".join(name.split())[:LONGEST_NAME] or _("Passkey"),
        made_on=clock.today(),
    )
    db.session.add(passkey)
    audit.note("account.passkey", account, by=account)
    return passkey


def asked_to_vouch(account: Account, origin: str) -> str:
    """Return, as JSON, what a browser needs to have a passkey of `account` vouch for it."""
    _needs_possible(origin)
    library = _library()
    options = library.generate_authentication_options(
        rp_id=_host(origin),
        challenge=_challenge(account),
        allow_credentials=[_described(each) for each in _held(account)],
        user_verification=_structs().UserVerificationRequirement.PREFERRED,
    )
    return str(library.options_to_json(options))


def vouches(account: Account, answer: str, origin: str) -> bool:
    """Say whether a passkey of `account` has signed the challenge it was asked, which is spent by this."""
    try:
        challenge, told = _taken(account), _read(answer)
        wanted = _library().base64url_to_bytes(str(told["rawId"]))
        passkey = next(each for each in _held(account) if each.credential_id == wanted)
        proof = _library().verify_authentication_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            # A counter that does not go up means a copy; the library refuses it.
            credential_current_sign_count=passkey.sign_count,
        )
    except (_failure(), DomainError, StopIteration, ValueError, KeyError, TypeError):
        return False
    passkey.sign_count = proof.new_sign_count
    db.session.flush()
    return True


def _held(account: Account) -> list[Passkey]:
    return list(db.session.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)))


def _challenge(account: Account) -> bytes:
    """Write down a new challenge, good for a quarter hour at least; the moment is kept no finer than that."""
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.account_id == account.id))
    now, challenge = clock.now(), secrets.token_bytes(32)
    until = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=30)
    db.session.add(PasskeyChallenge(account_id=account.id, challenge=challenge, until=until))
    db.session.flush()
    return challenge


def _taken(account: Account) -> bytes:
    found = db.session.get(PasskeyChallenge, account.id, with_for_update=True)
    if found is None:
        raise BadInput(_("The passkey was asked too long ago. Try again."))
    challenge, until = found.challenge, found.until
    db.session.delete(found)
    db.session.flush()
    if until < clock.now():
        raise BadInput(_("The passkey was asked too long ago. Try again."))
    return challenge


def _read(answer: str) -> dict[str, Any]:
    try:
        told = json.loads(answer) if len(answer) < 20_000 else None
    except RecursionError:
        told = None
    if not isinstance(told, dict):
        raise ValueError("no passkey answers like this")
    return told


def _needs_possible(origin: str) -> None:
    if not possible(origin):
        raise DomainError(_("Passkeys work only over https, or on the machine itself as localhost."))


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _described(passkey: Passkey) -> Any:
    return _structs().PublicKeyCredentialDescriptor(id=passkey.credential_id)


@cache
def _library() -> Any:
    # Half a second to load, for something most sign-ins never ask for.
    return import_module("webauthn")


def _structs() -> Any:
    _library()
    return import_module("webauthn.helpers.structs")


def _failure() -> type[Exception]:
    _library()
    failure: type[Exception] = import_module("webauthn.helpers.exceptions").WebAuthnException
    return failure
