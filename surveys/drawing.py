"""Blank ballot slips: who drew one from the envelope, how many are left, and that the unused ones were destroyed.

A slip bears no name and no number, so nobody can tell who holds which. That a member drew one is written down, without
a time, for one reason: whoever holds a slip can collect no ballot on a device as well, and the other way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.i18n import _, ngettext
from core.terms import Access, SurveyState
from members.models import Member, Organisation
from surveys import codes, invitations
from surveys.invitations import Slip
from surveys.models import Invitation, SlipRecord, Survey

NAME = 90  # characters of a witness's name
BETWEEN = "\n"  # between the two names where they are stored


class HoldsBallot(DomainError):
    """Some of the members who are said to have drawn a slip hold a ballot already; `names` are theirs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            _(
                "No slip for %(names)s: they hold a ballot on a device already, so a slip would be a second one. "
                "Nobody was ticked; take back the slip, if it was handed out, and tick the others again.",
                names=_(", ").join(names),
            )
        )
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many ballots there are in a survey, by the way they are handed out; never whose answer is in.

    `members`: invited by name; `collected` of them took a ballot on a device, `drawn` a slip instead. `printed`,
    `destroyed`: blank slips. `record`: the destruction as it was written down.
    """

    members: int
    collected: int
    drawn: int
    printed: int
    destroyed: int
    record: SlipRecord | None

    @property
    def left(self) -> int:
        """Return how many slips nobody of the roster drew: still in the envelope, or handed to guests."""
        return self.printed - self.drawn - self.destroyed

    @property
    def waiting(self) -> int:
        """Return how many members hold no ballot yet."""
        return self.members - self.collected - self.drawn

    @property
    def people(self) -> int:
        """Return how many ballots there can be at most: one for each member, and the slips no member drew."""
        return self.members + self.printed - self.drawn

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Return before whom the unused slips were destroyed."""
        return tuple(self.record.witnesses.split(BETWEEN)) if self.record else ()


@dataclass(frozen=True, slots=True)
class Drawer:
    """A member on the list of those who may draw a slip."""

    id: int
    number: str
    name: str
    group: str
    drew: bool


def standing(survey: Survey) -> Standing:
    """Return the counts of a survey's ballots."""
    by_name, collected, drawn, printed = db.session.execute(
        select(
            func.count(Invitation.member_id),
            func.count(Invitation.collected),
            func.count().filter(Invitation.drew_slip),
            func.count().filter(Invitation.member_id.is_(None)),
        ).where(Invitation.survey_id == survey.id)
    ).one()
    record = db.session.get(SlipRecord, survey.id)
    return Standing(by_name, collected, drawn, printed, record.destroyed if record else 0, record)


def people(survey: Survey, *, within: Organisation) -> list[Drawer]:
    """Return the invited members, by group and number; not who holds a ballot on a device."""
    rows = db.session.execute(
        select(Member, Invitation.drew_slip)
        .join(Invitation, Invitation.member_id == Member.id)
        .where(Invitation.survey_id == survey.id, Member.organisation_id == within.id)
        .order_by(Member.group_id, Member.number, Member.id)
    ).unique()
    return [
        Drawer(member.id, member.number, member.name, member.group.name if member.group else "", drew)
        for member, drew in rows
    ]


def drawer(survey: Survey, member_id: int, *, within: Organisation) -> Drawer | None:
    """Return a member who drew a slip, None for one who did not."""
    return next((one for one in people(survey, within=within) if one.id == member_id and one.drew), None)


def draw(survey: Survey, members: Sequence[int], *, within: Organisation) -> int:
    """Write down that members drew a slip each; return how many did not stand on the list before.

    Not in the record of operations: a line a draw would say when each of them came. Raises `HoldsBallot` when some hold
    a ballot on a device (then nobody is ticked), `BadInput` when more would have drawn than there are slips,
    `NotFound` for somebody who was not invited.
    """
    _hold(survey)
    listed = {one.id: one for one in people(survey, within=within)}
    if not set(members) <= listed.keys():
        raise NotFound(_("There is no such member among those invited to this survey."))
    fresh = [member for member in dict.fromkeys(members) if not listed[member].drew]
    counted = standing(survey)
    if len(fresh) > counted.left:
        raise BadInput(
            ngettext(
                "Only %(num)s blank slip is left, so no more members can have drawn one.",
                "Only %(num)s blank slips are left, so no more members can have drawn one.",
                counted.left,
            )
        )
    # One condition in the statement itself: whoever collects a ballot at this very moment is refused, not overwritten.
    statement = (
        update(Invitation)
        .where(
            Invitation.survey_id == survey.id,
            Invitation.member_id.in_(fresh),
            Invitation.collected.is_(None),
            Invitation.drew_slip.is_(False),
        )
        .values(drew_slip=True)
        .returning(Invitation.member_id)
    )
    with db.session.begin_nested():
        ticked = set(db.session.scalars(statement.execution_options(synchronize_session=False)))
        if refused := [listed[member].name for member in fresh if member not in ticked]:
            raise HoldsBallot(refused)
    return len(ticked)


def give_back(survey: Survey, member_id: int, *, within: Organisation, by: Any) -> None:
    """Take a member off the list of those who drew: the slip lies in the envelope again.

    Who vouches for that is written down, not for whom. Raises `NotFound` when the member has not drawn.
    """
    _hold(survey)
    if drawer(survey, member_id, within=within) is None:
        raise NotFound(_("This member does not stand on the list of those who drew a slip."))
    db.session.execute(
        update(Invitation)
        .where(Invitation.survey_id == survey.id, Invitation.member_id == member_id)
        .values(drew_slip=False)
        .execution_options(synchronize_session=False)
    )
    audit.note("slip.back", survey, by=by)
    db.session.flush()


def destroy(survey: Survey, count: int, *, on: date, witnesses: Sequence[str], by: Any) -> SlipRecord:
    """Write down that the unused slips were destroyed; written anew, it replaces what stood before.

    Raises `BadInput` for more slips than nobody drew, a day that cannot be, or fewer than two witnesses.
    """
    _hold(survey)
    counted = standing(survey)
    free = counted.printed - counted.drawn
    if not 0 <= count <= free:
        raise BadInput(
            _(
                "%(printed)s slips were printed and %(drawn)s drawn, so at most %(free)s can have been destroyed.",
                printed=counted.printed,
                drawn=counted.drawn,
                free=free,
            ),
            field="destroyed",
        )
    if on > clock.today() or on < (survey.opened_on or survey.created_at.date()):
        raise BadInput(_("That day is not between the opening of the survey and today."), field="destroyed_on")
    names = [" ".join(name.split())[:NAME] for name in witnesses]
    if len(names) != 2 or not all(names) or names[0].casefold() == names[1].casefold():
        raise BadInput(_("Two different people must have seen it; write both their names."), field="second")
    record = counted.record or SlipRecord(survey_id=survey.id)
    record.destroyed, record.destroyed_on, record.witnesses = count, on, BETWEEN.join(names)
    db.session.add(record)
    audit.note("slips.destroyed", survey, by=by)
    db.session.flush()
    return record


def more(survey: Survey, count: int, *, by: Any) -> list[Slip]:
    """Make further blank slips where the envelope runs empty; all earlier codes stay. The codes are returned once.

    The board will show them with the others. Raises `BadInput` for none or too many, `DomainError` where there are no
    codes or the survey is closed.
    """
    _hold(survey)
    if survey.access is not Access.CODES:
        raise DomainError(_("Everybody with the link may answer this survey; it needs no codes."))
    printed = standing(survey).printed
    if not 1 <= count <= invitations.MOST_SPARES - printed:
        raise BadInput(_("These are too many slips for one survey."), field="count")
    slips = [Slip(number, None, codes.new()) for number in range(1, count + 1)]
    rows = [{"code_hash": codes.fingerprint(slip.code), "survey_id": survey.id} for slip in slips]
    db.session.execute(insert(Invitation), sorted(rows, key=lambda row: str(row["code_hash"])))
    audit.note("slips.more", survey, by=by)
    return slips


def _hold(survey: Survey) -> None:
    """Let nobody else change the slips meanwhile; raise `DomainError` for a closed survey."""
    db.session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())
    if survey.state is SurveyState.CLOSED:
        raise DomainError(_("This survey is closed for good; what was written down about its slips stays as it is."))
