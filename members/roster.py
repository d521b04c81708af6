"""A roster about to be written: every row's fate against the roster we have, a draft, the writing."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete

from core import audit, clock
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import MemberCategory, Standing
from members import columns, queries
from members.models import Account, Group, Member, Organisation, RosterDraft
from members.roster_file import ParsedRoster, Refusal, RosterRow, parse, shown

__all__ = [
    "parse",
    "preview",
    "keep_draft",
    "draft",
    "parsed_from",
    "discard",
    "write",
    "write_parsed",
    "Preview",
    "Line",
    "Change",
    "Fate",
    "ParsedRoster",
]

KEPT = timedelta(days=2)  # a draft holds people's data: one that nobody wrote is removed


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that gets another value, both in the reader's words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is taken over: what becomes of it, and what changes."""

    line: int
    fate: Fate
    values: dict[str, Any]
    member: Member | None
    changes: tuple[Change, ...]
    remarks: tuple[str, ...]

    def shown(self, field: str, within: Organisation) -> str:
        """Return what the file says in `field`, in the reader's words; empty when it says nothing."""
        return shown(field, self.values.get(field), within)


@dataclass(frozen=True, slots=True)
class Preview:
    """What writing a file would do; `missing` are people on the roster the file does not name (they stay)."""

    file_name: str
    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...]
    missing: tuple[Member, ...]
    dropped: tuple[str, ...]
    unused: tuple[str, ...]
    new_groups: tuple[str, ...]

    def of(self, fate: str) -> list[Line]:
        """Return the lines of one fate."""
        return [line for line in self.lines if line.fate == fate]


def preview(parsed: ParsedRoster, within: Organisation) -> Preview:
    """Compare a parsed roster with the one we have; nothing is written."""
    everybody = queries.everybody(within)
    matcher = _Matcher(everybody)
    lines: list[Line] = []
    refused = list(parsed.refused)
    for row in parsed.rows:
        member, why = matcher.find(row)
        if why:
            refused.append(Refusal(row.line, row.values["name"], why))
            continue
        lines.append(_line(row, member, matcher, within))
    named = {line.member.id for line in lines if line.member is not None}
    have = {group.name for group in queries.groups(within)}
    wanted = dict.fromkeys(line.values["group"] for line in lines if line.values.get("group"))
    return Preview(
        file_name=parsed.file_name,
        lines=tuple(lines),
        refused=tuple(sorted(refused, key=lambda refusal: refusal.line)),
        missing=tuple(member for member in everybody if member.id not in named),
        dropped=parsed.dropped,
        unused=parsed.unused,
        new_groups=tuple(name for name in wanted if name not in have),
    )


class _Matcher:
    """Finds whom a row is about: by number, or by name (and group) in a file without numbers."""

    def __init__(self, everybody: list[Member]) -> None:
        self.by_number = {member.number: member for member in everybody}
        self.by_name: dict[str, list[Member]] = {}
        for member in everybody:
            self.by_name.setdefault(member.name, []).append(member)
        self.lines: dict[int, int] = {}
        self.taken = set(self.by_number)

    def find(self, row: RosterRow) -> tuple[Member | None, str]:
        """Return the member a row is about (None: a new one), or why that cannot be told."""
        if "number" in row.values:
            return self.by_number.get(row.values["number"]), ""
        alike = self.by_name.get(row.values["name"], [])
        if len(alike) > 1:
            alike = [member for member in alike if member.group and member.group.name == row.values.get("group")]
            if len(alike) != 1:
                return None, _("several people have this name; give the file a column of numbers")
        if not alike:
            return None, ""
        line = self.lines.setdefault(alike[0].id, row.line)
        if line != row.line:
            return None, _("the same person already stands in line %(line)s", line=line)
        return alike[0], ""

    def number_for(self, row: RosterRow) -> str:
        """Return the number of a new person: the file's, its 序号 when free, or the next free one."""
        number = row.values.get("number") or row.place
        if "number" not in row.values and (not number or number in self.taken):
            number = next(free for free in _numbers() if free not in self.taken)
        self.taken.add(number)
        return number


def _numbers() -> Iterator[str]:
    count = 0
    while True:
        count += 1
        yield f"{count:03d}"


def _line(row: RosterRow, member: Member | None, matcher: _Matcher, within: Organisation) -> Line:
    values = dict(row.values)
    if member is None:
        values["number"] = matcher.number_for(row)
        if values.get("category", "") is None:
            values["category"] = MemberCategory.NONE.value
        return Line(row.line, Fate.NEW, values, None, (), row.remarks)
    if values.get("category", "") is None:
        del values["category"]
    values["number"] = member.number
    changes = tuple(
        Change(columns.label(field, within), shown(field, old, within), shown(field, new, within))
        for field, new in values.items()
        if (old := _now(member, field)) != new
    )
    return Line(row.line, Fate.CHANGED if changes else Fate.UNCHANGED, values, member, changes, row.remarks)


def _now(member: Member, field: str) -> Any:
    if field == "group":
        return member.group.name if member.group else ""
    value = getattr(member, field)
    return value.value if isinstance(value, (MemberCategory, Standing)) else value


def keep_draft(parsed: ParsedRoster, within: Organisation) -> RosterDraft:
    """Keep a parsed roster until its preview is written, and remove drafts nobody wrote."""
    db.session.execute(delete(RosterDraft).where(RosterDraft.created_on < clock.today() - KEPT))
    rows: list[dict[str, Any]] = [
        {"line": row.line, "values": row.values, "remarks": list(row.remarks), "place": row.place}
        for row in parsed.rows
    ]
    rows += [{"line": no.line, "name": no.name, "why": no.why} for no in parsed.refused]
    draft = RosterDraft(
        id=secrets.token_urlsafe(18),
        organisation_id=within.id,
        file_name=parsed.file_name,
        rows=rows,
        dropped=list(parsed.dropped),
        unused=list(parsed.unused),
        created_on=clock.today(),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def draft(draft_id: str, within: Organisation) -> RosterDraft:
    """Return a draft of the organisation; raise `NotFound` when it was written, removed or another's."""
    found = db.session.get(RosterDraft, draft_id)
    if found is None or found.organisation_id != within.id:
        raise NotFound(_("This preview has been written already or has expired. Choose the file again."))
    return found


def parsed_from(kept: RosterDraft) -> ParsedRoster:
    """Return the roster a draft keeps."""
    return ParsedRoster(
        file_name=kept.file_name,
        rows=tuple(
            RosterRow(row["line"], row["values"], tuple(row["remarks"]), row["place"])
            for row in kept.rows
            if "values" in row
        ),
        refused=tuple(Refusal(row["line"], row["name"], row["why"]) for row in kept.rows if "why" in row),
        dropped=tuple(kept.dropped),
        unused=tuple(kept.unused),
    )


def discard(kept: RosterDraft) -> None:
    """Forget a draft."""
    db.session.delete(kept)
    db.session.flush()


def write(kept: RosterDraft, *, by: Account) -> Preview:
    """Write a draft's accepted rows: new people, changed fields, new groups; remove nobody. Return what was done."""
    organisation = by.organisation
    done = write_parsed(parsed_from(kept), organisation)
    discard(kept)
    audit.note("roster.import", organisation, by=by)
    return done


def write_parsed(parsed: ParsedRoster, within: Organisation) -> Preview:
    """Write a parsed roster without a draft, as the command line does. Return what was done."""
    done = preview(parsed, within)
    groups = {group.name: group for group in queries.groups(within)}
    for name in done.new_groups:
        groups[name] = Group(organisation_id=within.id, name=name)
        db.session.add(groups[name])
    db.session.flush()
    for line in done.lines:
        if line.fate is Fate.UNCHANGED:
            continue
        member = line.member or _nobody(within)
        for field, value in line.values.items():
            if field == "group":
                member.group_id = groups[value].id if value else None
            elif field == "category":
                member.category = MemberCategory(value)
            elif field == "standing":
                member.standing = Standing(value)
            else:
                setattr(member, field, value)
        db.session.add(member)
    db.session.flush()
    for line in done.lines:
        if line.member is not None:
            db.session.expire(line.member, ["group"])
    return done


def _nobody(within: Organisation) -> Member:
    return Member(
        organisation_id=within.id,
        gender="", post="", duty="", joined_on="", shift="", standing_note="", phone="", email="", note="",
        category=MemberCategory.FULL,
        standing=Standing.ACTIVE,
    )  # fmt: skip
