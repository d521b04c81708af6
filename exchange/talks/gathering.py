"""Talks gathered for a file: as far as the reader may open them, and without names when that is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select, true

from concerns.models import Concern, Excerpt
from core import clock
from core.audit import AuditEntry
from core.db import db
from core.documents import printable
from core.i18n import _, ngettext
from core.terms import SourceKind, TalkState, Visibility
from exchange.refi.writing import Code, unlike
from exchange.talks.base import Bundle, ToldPromise, ToldTalk
from exchange.talks.places import placed
from interviews import openings, queries
from interviews.models import Talk
from interviews.people import called
from interviews.queries.readers import readable_by
from investigations.models import Investigation
from members.models import Account, Group, Member, Organisation
from members.names import Names, names
from vault.errors import Locked


@dataclass(frozen=True, slots=True)
class Wish:
    """Which talks are asked for: of an investigation, of a time."""

    investigation: Investigation | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How many recorded talks a wish reaches: open to the reader by the rule of roles, and closed."""

    open: int
    closed: int


def extent(wish: Wish, *, within: Organisation, reader: Account) -> Extent:
    """Return how many talks would be in the file, without opening any."""
    count = select(func.count()).select_from(Talk).where(_wanted(wish, within))
    everything = db.session.scalar(count) or 0
    open_ = db.session.scalar(count.where(readable_by(reader))) or 0
    return Extent(open_, everything - open_)


def _wanted(wish: Wish, within: Organisation) -> ColumnElement[bool]:
    conditions = [Talk.organisation_id == within.id, Talk.state == TalkState.RECORDED]
    if wish.investigation is not None:
        conditions.append(Talk.investigation_id == wish.investigation.id)
    if wish.since is not None:
        conditions.append(Talk.held_on >= wish.since)
    if wish.until is not None:
        conditions.append(Talk.held_on <= wish.until)
    return and_(*conditions)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a file is made: with names or without, opening the notes or for the concerns alone, in which language."""

    with_names: bool
    opens: bool
    language: str


def gather(wish: Wish, choice: Choice, *, within: Organisation, reader: Account) -> tuple[Bundle, list[int]]:
    """Return the talks ready to be written, and their ids; raise `Locked` when the reader's key is not open."""
    wanted = select(Talk).where(_wanted(wish, within), readable_by(reader)).order_by(Talk.held_on, Talk.id)
    rows = list(db.session.scalars(wanted)) if choice.opens else []
    texts = queries.notes([row.id for row in rows], within=within, reader=reader)
    opened = [row for row in rows if row.id in texts]
    if len(opened) < len(rows) and reader.keyring is None:
        raise Locked()
    people, with_names = names(within), choice.with_names
    told, unplaced = _told(opened, texts, within, reader, people, with_names)
    used = [coded.code_id for talk in told for coded in talk.coded] if choice.opens else None
    codes = _codes(used, wish, within, people, with_names)
    closed = extent(wish, within=within, reader=reader).closed + len(rows) - len(opened)
    bundle = Bundle(
        organisation=within.name,
        title=wish.investigation.title if wish.investigation else "",
        author=reader.name if with_names else "",
        language=choice.language,
        made_on=clock.today(),
        named=with_names,
        talks=tuple(told),
        codes=tuple(codes),
        told=tuple(_sentences(len(told), closed, unplaced, with_names)),
    )
    return bundle, [row.id for row in opened]


def _sentences(count: int, closed: int, unplaced: int, with_names: bool) -> Iterable[str]:
    """Say what stands in the file, and what does not."""
    yield ngettext("%(num)s talk is in this file.", "%(num)s talks are in this file.", count)
    if closed:
        yield ngettext(
            "%(num)s talk is not: its notes are not open to who made the file.",
            "%(num)s talks are not: their notes are not open to who made the file.",
            closed,
        )
    if with_names:
        yield _("The names of people stand in it: keep it as closely as the notes themselves.")
    else:
        yield _(
            "Names, numbers, groups, places, occasions and days are left out, and people are numbered anew for this "
            "file. What somebody told may still show who it was: keep it closely."
        )
    if unplaced:
        yield ngettext(
            "%(num)s passage of a concern was not found again in the notes and is not coded.",
            "%(num)s passages of concerns were not found again in the notes and are not coded.",
            unplaced,
        )


class _Cast:
    """What people are called in one file: by number and name, or numbered as they appear."""

    def __init__(self, masked: bool) -> None:
        self._masked = masked
        self._members: dict[int, int] = {}
        self._holders: dict[int, int] = {}

    def member(self, member: Member) -> str:
        """Return what who was talked with is called."""
        if not self._masked:
            return called(member)
        return _("Speaker %(number)s", number=self._members.setdefault(member.id, len(self._members) + 1))

    def holder(self, member: Member) -> str:
        """Return what who held a talk, or is to keep a promise, is called."""
        if not self._masked:
            return called(member)
        return _("Person in charge %(number)s", number=self._holders.setdefault(member.id, len(self._holders) + 1))


def _told(
    rows: Sequence[Talk], texts: dict[int, str], within: Organisation, reader: Account, people: Names, with_names: bool
) -> tuple[list[ToldTalk], int]:
    """Return the talks as they are told, and how many passages found no place in them."""
    mask = None if with_names else people
    cast, ids = _Cast(mask is not None), [row.id for row in rows]
    promises = _promises(set(ids), within, reader, cast, mask)
    excerpts = _excerpts(ids)
    groups = {row.id: row.name for row in db.session.scalars(select(Group).where(Group.organisation_id == within.id))}
    told, unplaced = [], 0
    for row in rows:
        notes = printable(texts[row.id])
        notes = mask.masked(notes) if mask else notes
        passages = [(printable(text), code) for text, code in excerpts.get(row.id, [])]
        coded, lost = placed(passages, notes, people)
        unplaced += lost
        talk = ToldTalk(
            number=row.number,
            held_on=row.held_on,
            member=cast.member(row.member),
            group=groups.get(row.member.group_id or 0, ""),
            interviewer=cast.holder(row.interviewer),
            occasion=row.occasion,
            mode=row.mode,
            place=row.place,
            minutes=row.minutes,
            visibility=row.visibility or Visibility.INTERVIEWER,
            notes=notes,
            promises=tuple(promises.get(row.id, ())),
            coded=tuple(coded),
        )
        told.append(talk if mask is None else replace(talk, number="", group="", occasion="", place=""))
    return told, unplaced


def _promises(
    talk_ids: set[int], within: Organisation, reader: Account, cast: _Cast, mask: Names | None
) -> dict[int, list[ToldPromise]]:
    found: dict[int, list[ToldPromise]] = {}
    members = {row.id: row for row in db.session.scalars(select(Member).where(Member.organisation_id == within.id))}
    lines = [line for line in queries.promises(within=within, reader=reader) if line.talk_id in talk_ids]
    for line in sorted(lines, key=lambda line: line.id):
        owner = members.get(line.owner_id or 0)
        texts = [printable(text) for text in (line.promise, line.outcome)]
        promise, outcome = (mask.masked(text) for text in texts) if mask else texts
        if promise:
            found.setdefault(line.talk_id, []).append(
                ToldPromise(promise, cast.holder(owner) if owner else "", line.due_on, line.state, outcome)
            )
    return found


def _excerpts(talk_ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """Return the passages of each talk that stand under a concern, with its id, in the order of the notes."""
    found: dict[int, list[tuple[str, int]]] = {}
    for at in range(0, len(talk_ids), 500):
        rows = db.session.execute(
            select(Excerpt.source_id, Excerpt.text, Excerpt.concern_id)
            .join(Concern, Concern.id == Excerpt.concern_id)
            .where(
                Excerpt.source == SourceKind.TALK,
                Excerpt.source_id.in_(talk_ids[at : at + 500]),
                Excerpt.hidden.is_(False),
                Concern.hidden.is_(False),
                Concern.merged_into_id.is_(None),
            )
            .order_by(Excerpt.source_id, Excerpt.start, Excerpt.id)
        )
        for talk_id, text, concern_id in rows:
            found.setdefault(talk_id, []).append((text, concern_id))
    return found


def _codes(used: Iterable[int] | None, wish: Wish, within: Organisation, people: Names, with_names: bool) -> list[Code]:
    """Return the concerns of the investigation, else those `used` in the talks, else all, as codes.

    No two have the same name: a program that reads them would keep only one.
    """
    condition: ColumnElement[bool] = true()
    if wish.investigation is not None:
        condition = Concern.investigation_id == wish.investigation.id
    elif used is not None:
        condition = Concern.id.in_(sorted(set(used)))
    rows = db.session.scalars(
        select(Concern)
        .where(
            Concern.organisation_id == within.id, Concern.hidden.is_(False), Concern.merged_into_id.is_(None), condition
        )
        .order_by(Concern.id)
    )
    taken: set[str] = set()
    codes = []
    for row in rows:
        texts = [printable(text).strip() for text in (row.label, row.summary)]
        label, summary = texts if with_names else (people.masked(text) for text in texts)
        codes.append(Code(row.id, unlike(label or _("Concern"), taken), summary))
    return codes


def note_openings(talk_ids: Sequence[int], *, by: Account) -> None:
    """Write an audit line for each talk that left in a file: whoever wrote it is shown that it was opened."""
    now = clock.now()
    db.session.add_all(
        AuditEntry(
            organisation_id=by.organisation_id,
            account_id=by.id,
            action=openings.OPENED,
            thing="talk",
            thing_id=str(talk_id),
            at=now,
        )
        for talk_id in talk_ids
    )
