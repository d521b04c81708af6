"""Walking the audit trail: is every line there, as it was written, in its place?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from core.audit import START, AuditEntry, AuditHead, columns, seal
from core.db import db
from core.terms import ChainFault

CHUNK = 5000
SHOWN = 20  # faults told one by one
SHORT = 12  # signs of a seal that must be given at least to compare it


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at the line of that number."""

    kind: ChainFault
    seq: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found: how many lines, the last seal, the first faults, and how many there are in all."""

    lines: int
    digest: str
    faults: tuple[Fault, ...]
    count: int

    @property
    def sound(self) -> bool:
        """Say whether nothing is wrong."""
        return self.count == 0


def check(organisation_id: int) -> Verdict:
    """Walk the whole trail of an organisation; work may go on meanwhile. Call it between transactions.

    Each stretch is a transaction of its own, so that on SQLite nobody waits for the walk.
    """
    faults: list[Fault] = []
    count, seq, digest, place = 0, 0, START, (-1, -1)
    while True:
        walked = False
        for row in walk(organisation_id, after=place):
            kind = _fault(row, seq, digest)
            if kind is not None:
                count += 1
                if len(faults) < SHOWN:
                    faults.append(Fault(kind, row.seq))
            seq, digest, place, walked = row.seq, row.digest, (row.seq, row.id), True
        end = head(organisation_id)
        # Asked for after the lines, the head is never behind them; where it is ahead, lines were written meanwhile.
        if end == (seq, digest) or not walked:
            break
    if end != (seq, digest):
        count += 1
        faults.append(Fault(ChainFault.CUT if end[0] > seq else ChainFault.HEAD, end[0]))
    outside = _outside(organisation_id)
    if outside:
        count += outside
        faults.append(Fault(ChainFault.OUTSIDE, outside))
    return Verdict(seq, digest, tuple(faults), count)


def head(organisation_id: int) -> tuple[int, str]:
    """Return how many lines the trail should have, and the seal of the last one."""
    query = select(AuditHead.seq, AuditHead.digest).where(AuditHead.organisation_id == organisation_id)
    found = db.session.execute(query).one_or_none()
    return (found[0], found[1]) if found else (0, START)


def contains(organisation_id: int, lines: int, digest: str) -> bool:
    """Say whether the trail still holds the line of that number with that seal, as printed once.

    Blanks and case do not matter; the first twelve signs are enough.
    """
    wanted = re.sub(r"\s", "", digest).lower()
    row = _line(organisation_id, lines)
    if row is None or len(wanted) < SHORT:
        return False
    return row.digest.startswith(wanted) and row.digest == seal(columns(row))


def walk(organisation_id: int, *, after: tuple[int, int] = (-1, -1)) -> Iterator[Any]:
    """Yield the rows of the trail in their order, a stretch at a time, behind the line of that number and id."""
    while True:
        further = or_(AuditEntry.seq > after[0], and_(AuditEntry.seq == after[0], AuditEntry.id > after[1]))
        query = (
            _rows(organisation_id)
            .where(AuditEntry.seq.is_not(None), further)
            .order_by(AuditEntry.seq, AuditEntry.id)
            .limit(CHUNK)
        )
        db.session.rollback()
        rows = db.session.execute(query).all()
        db.session.rollback()
        yield from rows
        if len(rows) < CHUNK:
            return
        after = (rows[-1].seq, rows[-1].id)


def _rows(organisation_id: int) -> Any:
    return select(*AuditEntry.__table__.columns).where(AuditEntry.organisation_id == organisation_id)


def _line(organisation_id: int, seq: int) -> Any:
    query = _rows(organisation_id).where(AuditEntry.seq == seq).order_by(AuditEntry.id).limit(1)
    return db.session.execute(query).one_or_none()


def _outside(organisation_id: int) -> int:
    """Count lines no transaction of the product has left: each gets its number before it is committed."""
    query = select(func.count()).where(AuditEntry.organisation_id == organisation_id, AuditEntry.seq.is_(None))
    return db.session.scalar(query) or 0


def _fault(row: Any, seq: int, digest: str) -> ChainFault | None:
    """Say what is wrong with a line that follows the line `seq` with the seal `digest`."""
    if row.seq <= seq:
        return ChainFault.TWICE
    if row.seq > seq + 1:
        return ChainFault.GAP
    if row.digest != seal(columns(row)):
        return ChainFault.CHANGED
    if row.previous != digest:
        return ChainFault.MOVED
    return None
