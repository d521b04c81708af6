"""Who talks with whom: the sides of a talk, and the pairs the rules ask about."""

from enum import StrEnum
from functools import cache

from core.i18n import _
from core.terms import MemberCategory, OrganisationKind, Role
from members import words
from members.models import Organisation

MEMBERS = (MemberCategory.FULL, MemberCategory.PROBATIONARY)
LEADING = (Role.SECRETARY, Role.COMMITTEE)


class Side(StrEnum):
    """Where somebody stands when the two of a talk are told apart."""

    COMMITTEE = "committee"
    MEMBER = "member"
    OTHER = "other"


class Pair(StrEnum):
    """Two sides, whoever of them asked for the talk."""

    WITHIN_COMMITTEE = "within_committee"
    COMMITTEE_MEMBER = "committee_member"
    WITHIN_MEMBERS = "within_members"
    COMMITTEE_OTHER = "committee_other"
    MEMBER_OTHER = "member_other"

    def label(self, within: Organisation) -> str:
        """Return what the organisation calls the pair: 委员 → 党员."""
        committee, member = words.word(within, "committee_member"), words.word(within, "member")
        other = words.category_word(within, MemberCategory.NONE)
        return {
            Pair.WITHIN_COMMITTEE: f"{committee} ↔ {committee}",
            Pair.COMMITTEE_MEMBER: f"{committee} → {member}",
            Pair.WITHIN_MEMBERS: f"{member} ↔ {member}",
            Pair.COMMITTEE_OTHER: f"{committee} → {other}",
            Pair.MEMBER_OTHER: _("between others"),
        }[self]

    @property
    def counted(self) -> Side | None:
        """Return the side whose people the pair is counted in; None where no rule asks for it."""
        return COUNTED.get(self)


COUNTED = {
    Pair.WITHIN_COMMITTEE: Side.COMMITTEE,
    Pair.COMMITTEE_MEMBER: Side.MEMBER,
    Pair.WITHIN_MEMBERS: Side.MEMBER,
    Pair.COMMITTEE_OTHER: Side.OTHER,
}
_OF = {
    frozenset({Side.COMMITTEE}): Pair.WITHIN_COMMITTEE,
    frozenset({Side.COMMITTEE, Side.MEMBER}): Pair.COMMITTEE_MEMBER,
    frozenset({Side.MEMBER}): Pair.WITHIN_MEMBERS,
    frozenset({Side.COMMITTEE, Side.OTHER}): Pair.COMMITTEE_OTHER,
}


def pair_of(one: Side, another: Side) -> Pair:
    """Return the pair two sides make."""
    return _OF.get(frozenset({one, another}), Pair.MEMBER_OTHER)


def side_of(category: MemberCategory, *, leads: bool) -> Side:
    """Return where a member stands; whoever `leads` is of the committee, whatever else."""
    if leads:
        return Side.COMMITTEE
    return Side.MEMBER if category in MEMBERS else Side.OTHER


def office_of_committee(kind: OrganisationKind, duty: str) -> bool:
    """Say whether the office on the roster is one of the committee: 组织委员 is, 班长 and 党小组组长 are not."""
    said = duty.casefold()
    return any(title in said for title in _titles(kind))


@cache
def _titles(kind: OrganisationKind) -> frozenset[str]:
    table = words.table()[kind.value]
    titles = set()
    for key in ("secretary", "committee_member"):
        titles.add(table[key]["zh"][-2:])  # 工会委员 ends as 组织委员 does
        titles.add(table[key]["en"].casefold())
    return frozenset(titles)
