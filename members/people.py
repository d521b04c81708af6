"""People on the roster, one by one, and the groups they are in."""

from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from core import audit
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import MemberCategory, Standing
from members import cells, queries
from members.columns import LABELS
from members.models import Account, Group, Member, Organisation


@dataclass(frozen=True, slots=True)
class MemberDetails:
    """What the roster says about a person; an empty `number` becomes the next free one."""

    number: str
    name: str
    group_id: int | None
    category: MemberCategory
    standing: Standing
    standing_note: str = ""
    gender: str = ""
    birth_year: int | None = None
    post: str = ""
    duty: str = ""
    joined_on: str = ""
    shift: str = ""
    phone: str = ""
    email: str = ""
    note: str = ""


def add(details: MemberDetails, *, by: Account) -> Member:
    """Put a person on the roster of the organisation of `by`."""
    organisation = by.organisation
    member = Member(organisation_id=organisation.id)
    _fill(member, details, organisation)
    db.session.add(member)
    audit.note("member.add", member, by=by)
    return member


def change(member: Member, details: MemberDetails, *, by: Account) -> None:
    """Correct what the roster says about a person."""
    _fill(member, details, by.organisation)
    audit.note("member.change", member, by=by)


def _fill(member: Member, details: MemberDetails, organisation: Organisation) -> None:
    values = asdict(details)
    name = cells.name(" ".join(details.name.split()))
    if not name:
        raise BadInput(_("A person needs a name."), field="name")
    private = [field for field, value in values.items() if isinstance(value, str) and cells.IDENTITY.search(value)]
    if private:
        raise BadInput(_("ID-card numbers are not kept here; leave it out."), field=private[0])
    number = " ".join(details.number.split()) or member.number or _free_number(organisation)
    with db.session.no_autoflush:
        holder = db.session.scalar(
            select(Member).where(Member.organisation_id == organisation.id, Member.number == number)
        )
        if holder is not None and holder is not member:
            raise BadInput(
                _("%(name)s has the number %(number)s already.", name=holder.name, number=number), field="number"
            )
        if details.group_id is not None:
            queries.group(details.group_id, organisation)
        try:
            joined = cells.period(details.joined_on, LABELS["joined_on"])
        except BadInput as no:
            raise BadInput(str(no), field="joined_on") from no
    for field, value in {**values, "name": name, "number": number, "joined_on": joined}.items():
        setattr(member, field, value.strip() if type(value) is str else value)


def _free_number(organisation: Organisation) -> str:
    taken = set(queries.by_number(organisation))
    return next(number for number in (f"{at:03d}" for at in range(1, len(taken) + 2)) if number not in taken)


def add_group(name: str, *, by: Account) -> Group:
    """Make a group in the organisation of `by`."""
    group = Group(organisation_id=by.organisation_id, name=_group_name(name, by.organisation))
    db.session.add(group)
    audit.note("group.add", group, by=by)
    return group


def rename_group(group: Group, name: str, *, by: Account) -> None:
    """Call a group something else."""
    if " ".join(name.split()) != group.name:
        group.name = _group_name(name, by.organisation)
        audit.note("group.rename", group, by=by)


def remove_group(group: Group, *, by: Account) -> None:
    """Remove a group nobody is in; raise `DomainError` while somebody is."""
    count = db.session.scalar(select(func.count()).select_from(Member).where(Member.group_id == group.id)) or 0
    if count:
        raise DomainError(
            _("“%(name)s” still has %(count)s people; move them to another group first.", name=group.name, count=count)
        )
    audit.note("group.remove", group, by=by)
    db.session.delete(group)
    db.session.flush()


def _group_name(name: str, organisation: Organisation) -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 80:
        raise BadInput(_("A group's name has 1 to 80 characters."), field="name")
    if any(group.name == clean for group in queries.groups(organisation)):
        raise BadInput(_("There is a group of this name already."), field="name")
    return clean
