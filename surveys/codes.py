"""Answering codes: 100 random bits a person can type; the database keeps only their SHA-256."""

import secrets

from core.seal import digest

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
LENGTH, GROUP = 20, 4  # 20 x 5 bits = 100 bits
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", **dict.fromkeys(" -_\t\n\r–—　", None)})


def new() -> str:
    """Return a fresh code, XXXX-XXXX-XXXX-XXXX-XXXX."""
    return shown("".join(secrets.choice(ALPHABET) for _place in range(LENGTH)))


def shown(code: str) -> str:
    """Return a code in groups of four."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def canonical(typed: str) -> str:
    """Return the 20 characters meant by what was typed, or "" when it cannot be a code."""
    code = typed[:80].upper().translate(READ_AS)
    return code if len(code) == LENGTH and all(character in ALPHABET for character in code) else ""


def fingerprint(typed: str) -> bytes:
    """Return the SHA-256 of the code meant, b"" when it cannot be one."""
    code = canonical(typed)
    return digest(code.encode("ascii")) if code else b""


def public_id() -> str:
    """Return a fresh random name for a survey's link, 12 characters."""
    return "".join(secrets.choice(ALPHABET) for _place in range(12)).lower()
