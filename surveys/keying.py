"""Paper forms keyed twice: typed in printed order, sealed like every answer, compared, and then cast into the box.

A sheet bears a number and no name. Until both keyings agree they wait, sealed, under that number; then one response
goes into the box under a tag made of the number, and only the mark "done" stays, until the survey closes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core import audit, seal
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Channel, Role, SurveyState
from members.models import Account
from questions.base import Item
from questions.paths import part
from surveys import ballots
from surveys.models import KeyedSheet, Survey

DONE, FIRST, SECOND = 0, 1, 2
MOST = 100_000  # the highest sheet number


@dataclass(frozen=True, slots=True)
class Standing:
    """How far keying has come: numbers of sheets keyed once, keyed twice with differences, and done."""

    once: tuple[int, ...]
    differing: tuple[int, ...]
    done: int
    next: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One question two keyings of a sheet answer differently, each in words ("" for no answer)."""

    item: Item
    first: str
    second: str


def key(survey: Survey, number: int, answers: Mapping[str, Any], *, complete: bool, size: int, by: Account) -> bool:
    """Seal one keying of a sheet; say whether the sheet is done because both agree.

    `complete`: every required question was answered; `size`: bytes of a sealed row. Raises `BadInput` for a sheet
    without any answer, and whatever `turn` raises.
    """
    keying = turn(survey, number, by=by)
    if not answers:
        raise BadInput(_("Nothing is filled in. An empty sheet is not keyed: lay it aside."))
    before = _rows(survey, number)
    content = {"a": answers, "k": complete}
    _seal(survey, number, keying, content, size=size, by=by)
    if keying == FIRST or _unsealed(survey, before[FIRST]) != content:
        return False
    _cast(survey, number, content, size=size)
    return True


def turn(survey: Survey, number: int, *, by: Account) -> int:
    """Return which keying of a sheet it is somebody's turn to make, FIRST or SECOND.

    Raises `BadInput` for a number out of range, `DomainError` when the survey is not open or the sheet was keyed twice
    or by the same person before.
    """
    if survey.state is not SurveyState.OPEN:
        raise DomainError(_("Paper forms are keyed while the survey is open."))
    if not 1 <= number <= MOST:
        raise BadInput(_("The sheet number is a number from 1 to %(most)s.", most=MOST), field="number")
    before = _rows(survey, number)
    if DONE in before:
        raise DomainError(_("Sheet %(number)s has been keyed twice and is counted.", number=number))
    if SECOND in before:
        raise DomainError(_("Sheet %(number)s has been keyed twice; its differences must be settled.", number=number))
    if FIRST in before and before[FIRST].account_id == by.id and not _alone(by):
        raise DomainError(_("You keyed sheet %(number)s yourself; the second time somebody else must.", number=number))
    return SECOND if FIRST in before else FIRST


def following(survey: Survey, number: int, *, by: Account) -> int:
    """Return the first sheet number above `number` that somebody may key: not keyed yet, or once by another."""
    rows = db.session.execute(
        select(KeyedSheet.number, KeyedSheet.keying, KeyedSheet.account_id).where(
            KeyedSheet.survey_id == survey.id, KeyedSheet.number > number
        )
    ).all()
    twice = {at for at, keying, _account in rows if keying != FIRST}
    own = {at for at, _keying, account in rows if account == by.id} if not _alone(by) else set()
    return next(at for at in range(number + 1, number + len(rows) + 2) if at not in twice | own)


def own_first(survey: Survey, *, by: Account) -> frozenset[int]:
    """Return the sheets somebody keyed first and so may not key again; none for whoever is alone."""
    if _alone(by):
        return frozenset()
    rows = select(KeyedSheet.number).where(
        KeyedSheet.survey_id == survey.id, KeyedSheet.keying == FIRST, KeyedSheet.account_id == by.id
    )
    return frozenset(db.session.scalars(rows))


def _alone(by: Account) -> bool:
    """Say whether nobody else could key: one account for the whole organisation."""
    others = select(func.count()).select_from(Account)
    here = others.where(Account.organisation_id == by.organisation_id, Account.active, Account.role != Role.MEMBER)
    return (db.session.scalar(here) or 0) < 2


def standing(survey: Survey) -> Standing:
    """Return how far keying has come, without opening anything."""
    rows = db.session.execute(
        select(KeyedSheet.number, func.max(KeyedSheet.keying), func.min(KeyedSheet.keying))
        .where(KeyedSheet.survey_id == survey.id)
        .group_by(KeyedSheet.number)
        .order_by(KeyedSheet.number)
    ).all()
    once = tuple(number for number, last, first in rows if last == FIRST and first == FIRST)
    differing = tuple(number for number, last, _first in rows if last == SECOND)
    known = {number for number, _last, _first in rows}
    free = next(number for number in range(1, len(known) + 2) if number not in known)
    return Standing(once, differing, len(rows) - len(once) - len(differing), free)


def differences(survey: Survey, number: int, items: Sequence[Item]) -> list[Difference]:
    """Return what two keyings of a sheet say differently; raise `DomainError` when there are no two."""
    first, second = (keyed["a"] for keyed in _both(survey, number))
    found = []
    for item in items:
        if item.kind.answerable and part(first, item) != part(second, item):
            words = (item.kind.words(part(given, item), item) for given in (first, second))
            found.append(Difference(item, *words))
    return found


def settle(
    survey: Survey, number: int, chosen: Mapping[str, int], items: Sequence[Item], *, size: int, by: Account
) -> None:
    """Cast a sheet whose keyings differ: `chosen` says for each differing item which keying (1 or 2) is right.

    Raises `BadInput` when a difference is left open, `DomainError` when there is nothing to settle.
    """
    first, second = _both(survey, number)
    answers: dict[str, Any] = {}
    for item in items:
        own = [part(keyed["a"], item) for keyed in (first, second)]
        if own[0] != own[1] and chosen.get(item.name) not in (FIRST, SECOND):
            raise BadInput(_("Please say for every difference which is right."), field=item.name)
        answers.update(own[1] if own[0] != own[1] and chosen[item.name] == SECOND else own[0])
    _cast(survey, number, {"a": answers, "k": first["k"] and second["k"]}, size=size)
    audit.note("settle_sheet", survey, by=by)


def discard(survey: Survey, number: int, *, by: Account) -> None:
    """Forget the keyings of a sheet that is not done, to key it anew."""
    rows = _rows(survey, number)
    if not rows or DONE in rows:
        raise DomainError(_("Sheet %(number)s has no keying that could be discarded.", number=number))
    for row in rows.values():
        db.session.delete(row)
    audit.note("discard_sheet", survey, by=by)
    db.session.flush()


def pending(survey: Survey) -> int:
    """Return how many sheets wait: keyed once, or with differences not settled."""
    told = standing(survey)
    return len(told.once) + len(told.differing)


def cast_rest(survey: Survey, *, size: int) -> int:
    """Cast what was keyed once only, as it was keyed, before the survey closes; return how many sheets.

    An acknowledged keying is never lost. Raises `DomainError` while differences are not settled.
    """
    told = standing(survey)
    if told.differing:
        raise DomainError(
            _("The two keyings of sheet %(number)s differ; settle them before closing.", number=told.differing[0])
        )
    for number in told.once:
        _cast(survey, number, _unsealed(survey, _rows(survey, number)[FIRST]), size=size)
    return len(told.once)


def _rows(survey: Survey, number: int) -> dict[int, KeyedSheet]:
    rows = db.session.scalars(select(KeyedSheet).where(KeyedSheet.survey_id == survey.id, KeyedSheet.number == number))
    return {row.keying: row for row in rows}


def _both(survey: Survey, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = _rows(survey, number)
    if SECOND not in rows:
        raise DomainError(_("Sheet %(number)s has not been keyed twice.", number=number))
    return _unsealed(survey, rows[FIRST]), _unsealed(survey, rows[SECOND])


def _binding(survey: Survey, number: int, keying: int) -> bytes:
    return b"sheet:%d:%d:%d" % (survey.id, number, keying)


def _seal(survey: Survey, number: int, keying: int, content: Mapping[str, Any], *, size: int, by: Account) -> None:
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = seal.seal(ballots.sheet_key(survey), plain, size=size, bound_to=_binding(survey, number, keying))
    db.session.add(KeyedSheet(survey_id=survey.id, number=number, keying=keying, account_id=by.id, box=sealed))
    db.session.flush()


def _unsealed(survey: Survey, row: KeyedSheet) -> dict[str, Any]:
    binding = _binding(survey, row.number, row.keying)
    opened: dict[str, Any] = json.loads(seal.unseal(ballots.sheet_key(survey), row.box, bound_to=binding))
    return opened


def _cast(survey: Survey, number: int, content: Mapping[str, Any], *, size: int) -> None:
    box = ballots.box(survey, size)
    tag = box.tag(b"sheet:%d" % number)
    sealed = ballots.Sealed(Channel.PAPER, content["k"], content["a"])
    ballots.insert_once({"tag": tag, "survey_id": survey.id, "box": box.seal(tag, sealed)})
    rows = _rows(survey, number)
    account_id = rows[FIRST].account_id
    for row in rows.values():
        db.session.delete(row)
    db.session.flush()
    db.session.add(KeyedSheet(survey_id=survey.id, number=number, keying=DONE, account_id=account_id, box=b""))
    db.session.flush()
