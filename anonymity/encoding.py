"""Bytes as text and text as bytes, one way only: what two implementations must agree on to the bit."""

import base64
import hashlib
import json
import re

_B64U = re.compile(r"[A-Za-z0-9_-]*")
_HEX32 = re.compile(r"[0-9a-f]{64}")


class Malformed(ValueError):
    """What was received does not have the form the protocol asks for."""


def b64u(content: bytes) -> str:
    """Return `content` as base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64u(text: object, size: int | None = None) -> bytes:
    """Return the bytes of base64url text without padding.

    Every byte string has one spelling only: padding, blanks, other signs and stray bits at the end raise `Malformed`,
    and so does a length other than `size` bytes.
    """
    if not isinstance(text, str) or not _B64U.fullmatch(text) or len(text) % 4 == 1:
        raise Malformed("not base64url")
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64u(content) != text:
        raise Malformed("base64url with stray bits")
    if size is not None and len(content) != size:
        raise Malformed(f"{len(content)} bytes instead of {size}")
    return content


def unhex(text: object) -> bytes:
    """Return the 32 bytes of 64 lower-case hexadecimal digits; raise `Malformed`."""
    if not isinstance(text, str) or not _HEX32.fullmatch(text):
        raise Malformed("not 64 hexadecimal digits")
    return bytes.fromhex(text)


def canonical(content: object) -> bytes:
    """Return the one JSON spelling of `content`: sorted keys, no blanks, UTF-8; raise `Malformed` if it has none."""
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed("cannot be written as canonical JSON") from error


def uncanonical(text: object) -> object:
    """Return what a canonical JSON text says; any other spelling of the same raises `Malformed`."""
    if not isinstance(text, str):
        raise Malformed("not text")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if canonical(content).decode() != text:
        raise Malformed("not canonical JSON")
    return content


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts, one after the other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()
