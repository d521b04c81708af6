"""Slowing down whoever tries passwords, without shutting an office out.

An account rests after five wrong passwords (`members.accounts`). An address is slowed down only once many different
names have failed from it and never come right, so two hundred people behind one address who mistype do not notice. A
browser somebody has signed in with before is held up by neither: it has a few tries of its own.

What is kept is a fingerprint of the address under a key of the day, made with the first failure and destroyed the day
after. Respondents' pages never come here.
"""

import base64
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from core import clock, seal
from core.db import db
from members.models import Account, FailedEntry

NAMES = 50  # different names that failed from one address today and never came right, before it is slowed down
TRIES = 500  # wrong passwords from one address in a day, whatever the names
OWN_TRIES = 5  # wrong passwords a known browser has a day before it counts as any other
LONGEST_REST = timedelta(minutes=15)
COOKIE = "xinsheng-known"
COOKIE_DAYS = 180
ACCOUNTS = 8  # accounts a known browser may vouch for: some computers are shared
FOLDER = "doors"  # in the folder of keys: one file for a day


@dataclass(frozen=True, slots=True)
class Visit:
    """Where somebody is trying to come in from: the network address, and what the browser shows for being known."""

    address: str = ""
    known: str = ""


NOWHERE = Visit()


def address_of(remote: str | None, forwarded: str, proxies: int) -> str:
    """Return the visitor's address, or "" where it cannot be told.

    With `proxies` trusted ones in front it is what the outermost of them wrote into X-Forwarded-For. A loopback
    address is either this machine or a proxy that keeps silent: counting it would hold everybody up together.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()] if proxies else []
    found = (hops[-proxies] if len(hops) >= proxies else "") if proxies else remote or ""
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return ""
    if address.is_loopback:
        return ""
    if address.version == 6 and address.ipv4_mapped is None:
        # One household or office has a whole /64: its members would be strangers to each other otherwise.
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def waits(visit: Visit) -> timedelta | None:
    """Return how long the address of `visit` has to wait for its next try; None when it need not."""
    key = _key()
    if key is None or not visit.address:
        return None
    until = db.session.scalar(select(func.max(FailedEntry.rest_until)).where(FailedEntry.place == _place(key, visit)))
    left = until - clock.now() if until is not None else timedelta(0)
    return left if left > timedelta(0) else None


def trusts(visit: Visit, account: Account) -> bool:
    """Say whether the browser has been signed in to `account` before and has not used its own tries up today."""
    nonce, tags = _read(visit.known)
    if nonce is None or _tag(nonce, account.id) not in tags:
        return False
    key = _key()
    if key is None:
        return True
    entry = db.session.get(FailedEntry, (_browser(key, nonce), _name(key, account.username)))
    return entry is None or entry.tries < OWN_TRIES


def failed(visit: Visit, username: str) -> None:
    """Count a wrong password for `username`; flushed."""
    nonce, _tags = _read(visit.known)
    if not visit.address and nonce is None:
        return
    _forget_other_days()
    key = seal.key_file(_folder(), clock.today().isoformat())
    name = _name(key, username)
    if nonce is not None:
        _count(_browser(key, nonce), name)
    if visit.address:
        place = _place(key, visit)
        entry = _count(place, name)
        names, tries = db.session.execute(
            select(func.count(), func.sum(FailedEntry.tries)).where(FailedEntry.place == place)
        ).one()
        beyond = max(names - NAMES, (tries - TRIES) // 10)
        if beyond >= 0:
            entry.rest_until = clock.now() + min(timedelta(minutes=1 + beyond // 5), LONGEST_REST)
            db.session.flush()


def succeeded(visit: Visit, account: Account) -> None:
    """Forget what failed for `account` from here: whoever gets it right in the end had only mistyped."""
    key = _key()
    if key is None:
        return
    nonce, _tags = _read(visit.known)
    places = [_place(key, visit)] if visit.address else []
    places += [_browser(key, nonce)] if nonce is not None else []
    db.session.execute(
        delete(FailedEntry).where(FailedEntry.place.in_(places), FailedEntry.name == _name(key, account.username))
    )


def vouched(known: str, account: Account) -> str:
    """Return what the browser shows from now on for being known to `account`: it names nobody and cannot be made up."""
    nonce, tags = _read(known)
    if nonce is None:
        nonce, tags = secrets.token_urlsafe(12), []
    own = _tag(nonce, account.id)
    kept = [tag for tag in tags if tag != own][-(ACCOUNTS - 1) :]
    return ".".join([nonce, *kept, own])


def _read(known: str) -> tuple[str | None, list[str]]:
    nonce, *tags = known.split(".") if 0 < len(known) < 400 else [""]
    return (nonce, tags) if len(nonce) == 16 and tags and nonce.isascii() else (None, [])


def _tag(nonce: str, account_id: int) -> str:
    secret = str(current_app.secret_key).encode()
    tag = seal.keyed(secret, f"known browser {nonce} {account_id}".encode())[:12]
    return base64.urlsafe_b64encode(tag).decode()


def _count(place: bytes, name: bytes) -> FailedEntry:
    try:
        with db.session.begin_nested():
            db.session.execute(insert(FailedEntry).values(place=place, name=name, day=clock.today(), tries=0))
    except IntegrityError:
        pass  # there is one already, perhaps of another request at this moment
    entry = db.session.get_one(FailedEntry, (place, name), with_for_update=True, populate_existing=True)
    entry.tries += 1
    db.session.flush()
    return entry


def _place(key: bytes, visit: Visit) -> bytes:
    return seal.keyed(key, f"address {visit.address}".encode())[:16]


def _browser(key: bytes, nonce: str) -> bytes:
    return seal.keyed(key, f"browser {nonce}".encode())[:16]


def _name(key: bytes, username: str) -> bytes:
    return seal.keyed(key, f"name {username.strip()}".encode("utf-8", "surrogatepass"))[:16]


def _key() -> bytes | None:
    """Return the key of the day; None before the first failure."""
    folder, today = _folder(), clock.today().isoformat()
    return seal.key_file(folder, today) if (folder / today).exists() else None


def _folder() -> Path:
    return current_app.config["SETTINGS"].keys / FOLDER


def _forget_other_days() -> None:
    """Destroy the keys of other days, and with them what their fingerprints could still tell."""
    folder, today = _folder(), clock.today()
    for path in folder.iterdir() if folder.exists() else ():
        if _is_day(path.name) and path.name != today.isoformat():
            seal.destroy_key(folder, path.name)
    db.session.execute(delete(FailedEntry).where(FailedEntry.day != today))


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name) is not None
    except ValueError:
        return False
