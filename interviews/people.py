"""Members named in a form or a file: by number, by a name only one bears, or by both."""

import re

from sqlalchemy import select

from core.db import db
from core.errors import BadInput
from core.i18n import _
from core.terms import Standing
from members.models import Group, Member, Organisation

NUMBER_AND_NAME = re.compile(r"^(\S+)\s+(.+)$")


class People:
    """The members of one organisation, read once."""

    def __init__(self, within: Organisation) -> None:
        rows = db.session.scalars(
            select(Member)
            .outerjoin(Group, Group.id == Member.group_id)
            .where(Member.organisation_id == within.id)
            .order_by(Group.name, Member.number)
        )
        self.all: list[Member] = list(rows.unique())
        self._by_id = {member.id: member for member in self.all}
        self._by_number = {member.number.casefold(): member for member in self.all}
        self._by_name: dict[str, list[Member]] = {}
        for member in self.all:
            self._by_name.setdefault(_squeezed(member.name), []).append(member)

    @property
    def present(self) -> list[Member]:
        """Return those who have not left."""
        return [member for member in self.all if member.standing is not Standing.LEFT]

    def get(self, member_id: int | None) -> Member | None:
        """Return the member with this id, if it is one of ours."""
        return None if member_id is None else self._by_id.get(member_id)

    def find(self, text: str, *, field: str | None = None) -> Member:
        """Return whom `text` names ("M017", "寒露", "M017 寒露"); raise `BadInput` when nobody or several."""
        wanted = text.strip()
        found = self._by_number.get(wanted.casefold())
        if found is None and (both := NUMBER_AND_NAME.match(wanted)):
            numbered = self._by_number.get(both[1].casefold())
            if numbered is not None and _squeezed(numbered.name) == _squeezed(both[2]):
                found = numbered
        if found is not None:
            return found
        namesakes = self._by_name.get(_squeezed(wanted), [])
        if len(namesakes) == 1:
            return namesakes[0]
        if namesakes:
            numbers = ", ".join(member.number for member in namesakes)
            raise BadInput(
                _(
                    "%(count)s people are called %(name)s: write the number instead (%(numbers)s).",
                    count=len(namesakes),
                    name=wanted,
                    numbers=numbers,
                ),
                field=field,
            )
        raise BadInput(_("Nobody on the roster has the number or name “%(text)s”.", text=wanted[:80]), field=field)


def called(member: Member) -> str:
    """Return how a form names a member: number and name, as `People.find` reads it back."""
    return f"{member.number} {member.name}"


def _squeezed(name: str) -> str:
    """Return a name without the spaces with which two-character names are stretched, in one case."""
    return "".join(name.split()).casefold()
