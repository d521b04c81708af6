"""Finding organisations, groups, members and accounts: always within one organisation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import MemberCategory
from members.models import Account, Group, Member, Organisation

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the roster: its members, how many there are in all, and where it stands."""

    members: Sequence[Member]
    total: int
    number: int
    count: int

    @property
    def first(self) -> int:
        """Return the place of the page's first member, from 1."""
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the place of the page's last member."""
        return self.first + len(self.members) - 1 if self.total else 0


def any_organisation() -> bool:
    """Say whether this installation has been set up."""
    return db.session.scalar(select(Organisation.id).limit(1)) is not None


def sub_organisations(within: Organisation) -> Sequence[Organisation]:
    """Return the organisations that hang directly under `within`: their names, never what is in them."""
    return db.session.scalars(
        select(Organisation).where(Organisation.parent_id == within.id).order_by(Organisation.name)
    ).all()


def roster(
    within: Organisation,
    search: str = "",
    group: int | None = None,
    category: MemberCategory | None = None,
    page: int = 1,
) -> Page:
    """Return a page of 50 members, by number; `search` looks in names and numbers."""
    wanted = [Member.organisation_id == within.id]
    if search.strip():
        words = search.strip()
        wanted.append(
            or_(Member.name.icontains(words, autoescape=True), Member.number.icontains(words, autoescape=True))
        )
    if group is not None:
        wanted.append(Member.group_id == group)
    if category is not None:
        wanted.append(Member.category == category)
    total = db.session.scalar(select(func.count()).select_from(Member).where(*wanted)) or 0
    count = max(1, -(-total // PAGE))
    number = min(max(page, 1), count)
    members = db.session.scalars(
        select(Member).where(*wanted).order_by(Member.number, Member.id).limit(PAGE).offset((number - 1) * PAGE)
    ).all()
    return Page(members, total, number, count)


def everybody(within: Organisation) -> list[Member]:
    """Return every member of the organisation, by number."""
    return list(
        db.session.scalars(
            select(Member).where(Member.organisation_id == within.id).order_by(Member.number, Member.id)
        ).all()
    )


def by_number(within: Organisation) -> dict[str, Member]:
    """Return every member of the organisation under its number."""
    return {member.number: member for member in everybody(within)}


def member(member_id: int, within: Organisation) -> Member:
    """Return a member of the organisation; raise `NotFound` for anybody else's."""
    found = db.session.get(Member, member_id)
    if found is None or found.organisation_id != within.id:
        raise NotFound(_("There is no such member in your organisation."))
    return found


def groups(within: Organisation) -> Sequence[Group]:
    """Return the groups of the organisation, by name."""
    return db.session.scalars(select(Group).where(Group.organisation_id == within.id).order_by(Group.name)).all()


def group(group_id: int, within: Organisation) -> Group:
    """Return a group of the organisation; raise `NotFound` for anybody else's."""
    found = db.session.get(Group, group_id)
    if found is None or found.organisation_id != within.id:
        raise NotFound(_("There is no such group in your organisation."))
    return found


def group_sizes(within: Organisation) -> dict[int | None, int]:
    """Return how many members each group has, by its id; None stands for those in no group."""
    rows = db.session.execute(
        select(Member.group_id, func.count()).where(Member.organisation_id == within.id).group_by(Member.group_id)
    )
    return {group_id: int(count) for group_id, count in rows}


def category_sizes(within: Organisation) -> dict[MemberCategory, int]:
    """Return how many members there are of each category, every category named."""
    rows = db.session.execute(
        select(Member.category, func.count()).where(Member.organisation_id == within.id).group_by(Member.category)
    )
    found = {category: int(count) for category, count in rows}
    return {category: found.get(category, 0) for category in MemberCategory}


def accounts(within: Organisation) -> Sequence[Account]:
    """Return the accounts of the organisation: the open ones first, by name."""
    return db.session.scalars(
        select(Account).where(Account.organisation_id == within.id).order_by(Account.active.desc(), Account.name)
    ).all()


def account(account_id: int, within: Organisation) -> Account:
    """Return an account of the organisation; raise `NotFound` for anybody else's."""
    found = db.session.get(Account, account_id)
    if found is None or found.organisation_id != within.id:
        raise NotFound(_("There is no such account in your organisation."))
    return found
