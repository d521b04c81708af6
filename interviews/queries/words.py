"""Sealed words, opened as far as the reader's keys go."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from members.models import Account
from vault import envelopes


class Sealed(StrEnum):
    """Whether a reader who may read something by his role has it open before him."""

    OPEN = "open"
    LOCKED = "locked"  # his key is not open in this session
    NOT_HANDED = "not_handed"  # nobody has handed him the key yet


def packed(words: dict[str, Any]) -> bytes:
    """Return words as they are put into an envelope."""
    return json.dumps(words, ensure_ascii=False).encode()


def opened(envelope_ids: Iterable[int | None], *, reader: Account) -> dict[int, dict[str, Any]]:
    """Return the words in those envelopes `reader` can open, by envelope; none while his key is locked."""
    wanted = [one for one in envelope_ids if one is not None]
    if reader.keyring is None:
        return {}
    return {one: json.loads(content) for one, content in envelopes.take_all(wanted, reader=reader).items()}


def how(envelope_id: int | None, found: dict[int, dict[str, Any]], *, reader: Account) -> Sealed:
    """Say how far an envelope was opened; what was never sealed stands open."""
    if envelope_id is None or envelope_id in found:
        return Sealed.OPEN
    return Sealed.LOCKED if reader.keyring is None else Sealed.NOT_HANDED
