"""Invitations: one code for each member and for blank slips; who got which is known, whether it was used never."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select

from core import audit
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Access, Standing, SurveyState
from members import queries as roster
from members import rules
from members.models import Member, Organisation
from surveys import codes, queries
from surveys.models import Invitation, Survey

MOST, MOST_SPARES = 20_000, 2_000


@dataclass(frozen=True, slots=True)
class Slip:
    """One code in clear, shown once; no member: a blank slip."""

    number: int
    member: Member | None
    code: str


def candidates(within: Organisation, groups: Sequence[int | None] | None = None) -> list[Member]:
    """Return the members who may be invited: all but those who left, of some groups or of all."""
    return [
        member
        for member in roster.everybody(within)
        if member.standing is not Standing.LEFT and (groups is None or member.group_id in groups)
    ]


def named(within: Organisation, text: str) -> list[Member]:
    """Return the members whose numbers or names stand in `text`, a line each; raise `BadInput` for unclear lines."""
    everybody = candidates(within)
    by_number = {member.number: member for member in everybody}
    by_name: dict[str, list[Member]] = {}
    for member in everybody:
        by_name.setdefault(member.name, []).append(member)
    chosen: dict[int, Member] = {}
    unclear = []
    for line in (line.strip() for line in text.splitlines()):
        found = [by_number[line]] if line in by_number else by_name.get(line, [])
        if line and len(found) != 1:
            unclear.append(line[:40])
        elif line:
            chosen[found[0].id] = found[0]
    if unclear:
        raise BadInput(
            _("Not on the roster, or a name several have (then give the number): %(lines)s", lines=", ".join(unclear)),
            field="only",
        )
    return list(chosen.values())


@dataclass(frozen=True, slots=True)
class Circle:
    """A group of the roster and how many of it may be invited; no id: those in no group."""

    id: int | None
    name: str
    size: int


def groups(within: Organisation) -> list[Circle]:
    """Return the groups that have anybody to invite."""
    asked = (Member.organisation_id == within.id) & (Member.standing != Standing.LEFT)
    counted = select(Member.group_id, func.count()).where(asked).group_by(Member.group_id)
    sizes = dict(db.session.execute(counted).all())
    named: list[tuple[int | None, str]] = [(group.id, group.name) for group in roster.groups(within)]
    return [Circle(key, name, sizes[key]) for key, name in [*named, (None, _("In no group"))] if key in sizes]


def fingerprints(survey: Survey) -> set[bytes]:
    """Return the fingerprints of every code of a survey."""
    return set(db.session.scalars(select(Invitation.code_hash).where(Invitation.survey_id == survey.id)))


def may_invite(survey: Survey) -> bool:
    """Say whether codes may be made (anew): until somebody holds a ballot, or the first response lies in the box."""
    if survey.state is SurveyState.CLOSED or queries.received(survey):
        return False
    held = Invitation.collected.is_not(None) | Invitation.drew_slip
    return (
        db.session.scalar(select(Invitation.code_hash).where(Invitation.survey_id == survey.id, held).limit(1)) is None
    )


def invite(survey: Survey, *, members: Sequence[Member], spares: int, within: Organisation, by: Any) -> list[Slip]:
    """Make a code for each member and each blank slip; earlier codes of the survey end.

    The codes are returned once and kept nowhere. Raises `BadInput` for too few, `DomainError` once answers came.
    """
    if survey.access is not Access.CODES:
        raise DomainError(_("Everybody with the link may answer this survey; it needs no codes."))
    if not may_invite(survey):
        raise DomainError(
            _(
                "Codes cannot be made anew: somebody holds a ballot already, or answers have arrived. "
                "The slips handed out stay valid until the survey closes."
            )
        )
    floor = rules.value(within, "suppression.invited_floor")
    total = len(members) + spares
    if total < floor:
        raise BadInput(
            _(
                "An anonymous survey needs at least %(floor)s people; %(total)s would be invited. "
                "Among so few nobody is anonymous; talk with them instead.",
                floor=floor,
                total=total,
            ),
            field="spares",
        )
    if total > MOST or spares > MOST_SPARES or spares < 0:
        raise BadInput(_("These are too many slips for one survey."), field="spares")
    people: list[Member | None] = [*members, *[None] * spares]
    slips = [Slip(number, member, codes.new()) for number, member in enumerate(people, start=1)]
    rows = [
        {
            "code_hash": codes.fingerprint(slip.code),
            "survey_id": survey.id,
            "member_id": slip.member.id if slip.member else None,
        }
        for slip in slips
    ]
    db.session.execute(delete(Invitation).where(Invitation.survey_id == survey.id))
    # In the order of the fingerprints: the table's own order then tells nothing about the roster.
    db.session.execute(insert(Invitation), sorted(rows, key=lambda row: str(row["code_hash"])))
    audit.note("invite", survey, by=by)
    return slips
