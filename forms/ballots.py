"""What a device may send to collect and to cast a ballot: JSON of one exact length, whatever it says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from anonymity.ballot import PREFIX, SALT
from anonymity.encoding import Malformed, unb64u

DOOR, PAD = "door", "pad"
CODE_LENGTH, FIELDS = 80, 20_000
COLLECT = {"code", "blinded", PAD}
CAST = {"prefix", "signature", "salt", "answers", PAD}


@dataclass(frozen=True, slots=True)
class Collecting:
    """A code, and the blinded number to be signed for it."""

    code: str
    blinded: bytes


@dataclass(frozen=True, slots=True)
class Casting:
    """A ballot with its answers: as the device wrote them, and field by field; `door` is what the device says it is."""

    prefix: bytes
    signature: bytes
    salt: bytes
    text: str
    fields: MultiDict[str, str]
    door: str


def collecting(body: bytes, size: int) -> Collecting:
    """Read a request to collect a ballot, `size` bytes long; raise `Malformed`."""
    told = _told(body, size, COLLECT)
    if len(told["code"]) > CODE_LENGTH:
        raise Malformed("a code of this length is none")
    return Collecting(told["code"], unb64u(told["blinded"]))


def casting(body: bytes, size: int) -> Casting:
    """Read a ballot as it was cast, `size` bytes long; raise `Malformed`."""
    told = _told(body, size, CAST)
    try:
        pairs = parse_qsl(told["answers"], keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except ValueError as error:
        raise Malformed("answers that are no form") from error
    fields = MultiDict(pairs)
    doors = fields.poplist(DOOR)
    return Casting(
        unb64u(told["prefix"], PREFIX),
        unb64u(told["signature"]),
        unb64u(told["salt"], SALT),
        told["answers"],
        fields,
        doors[-1] if doors else "",
    )


def _told(body: bytes, size: int, names: set[str]) -> Mapping[str, Any]:
    if len(body) != size:
        raise Malformed(f"{len(body)} bytes instead of {size}")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(told, dict) or set(told) != names or not all(isinstance(value, str) for value in told.values()):
        raise Malformed("other fields than asked for")
    return told
