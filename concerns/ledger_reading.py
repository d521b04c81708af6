"""Rows of a ledger file as they are understood: what each cell says, and what is wrong with it."""

import re
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from concerns import actions, ledger_columns
from concerns.actions import Plan
from concerns.ledger_columns import squeezed
from concerns.ledger_rows import Words
from concerns.models import Concern
from core import clock
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import ActionState, SourceKind
from interviews import days_off
from interviews.models import Talk
from interviews.people import People
from investigations.models import Investigation
from members.models import Organisation
from members.names import names

TALK_NUMBER = re.compile(r"[A-Z]{1,2}-?\d{2,4}")
KIND_WORDS = {
    SourceKind.SURVEY: re.compile(r"问卷|调查表|\bsurveys?\b|\bquestionnaires?\b", re.I),
    SourceKind.TALK: re.compile(r"谈心|谈话|访谈|走访|\btalks?\b|\binterviews?\b", re.I),
}
BETWEEN_SOURCES = re.compile(r"[、，,;；/\n]+")


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row of a file: its line, and the texts of its cells by field."""

    line: int
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go: an investigation, one concern of it or those named like the problems, and the day of another look.

    `review_on` is for rows that cannot be done for now and name no day.
    """

    investigation: Investigation
    concern: Concern | None = None
    review_on: date | None = None


@dataclass
class _Reading:
    """One row being read: what is wrong with it, and how its words were read."""

    faults: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


class Reader:
    """Makes plans of rows."""

    def __init__(self, target: Target, within: Organisation) -> None:
        self._target, self._words = target, Words(within)
        self._people, self._own, self._today = People(within), days_off.own(within), clock.today()
        self.names = names(within)
        self._states = {self._words.state(state): state for state in ActionState}
        self._talks = set(db.session.scalars(select(Talk.number).where(Talk.organisation_id == within.id))) - {""}

    def read(self, row: RawRow) -> tuple[Plan | None, tuple[str, ...], tuple[str, ...]]:
        """Return the plan a row tells of, what is wrong with it, and how its words were read."""
        reading = _Reading()
        plan = self._plan(row.texts, reading)
        if not reading.faults:
            try:
                plan = actions.examined(plan)
                owner, _checker = actions.responsible(plan, self._people)
                if owner is None:
                    reading.told.append(_("“%(name)s” is not on the roster; kept as written", name=plan.owner))
            except DomainError as error:
                reading.faults.append(str(error))
        return plan, tuple(reading.faults), tuple(dict.fromkeys(reading.told))

    def _plan(self, texts: dict[str, str], reading: _Reading) -> Plan:
        state = self._state(texts, reading)
        due_on, days = self._due(texts, reading)
        owner = texts.get("owner", "").strip()
        if ledger_columns.SEVERAL.search(owner):
            reading.faults.append(
                _("“%(names)s”: name one person responsible, the others among the remarks.", names=owner)
            )
        told = {"evidence": texts.get("evidence", ""), "reason": texts.get("reason", "")}
        kept = {ActionState.CLOSED: "evidence", ActionState.CANNOT: "reason"}.get(state, "outcome")
        told["outcome"] = texts.get("outcome", "")
        if texts.get("feedback") and not told[kept]:
            told[kept] = texts["feedback"]
        review_on = self._day(texts, "review", reading)
        return Plan(
            measure=texts.get("measure", ""),
            owner=owner,
            due_on=due_on,
            state=state,
            due_working_days=days,
            number=texts.get("number", ""),
            problem=self._problem(texts, reading),
            source=self._source(texts.get("source", ""), reading),
            category=texts.get("category", ""),
            unit=texts.get("unit", ""),
            checker=texts.get("checker", ""),
            review_on=(review_on or self._target.review_on) if state is ActionState.CANNOT else None,
            closed_on=self._closed(texts, state, reading),
            note=_note(texts),
            **told,
        )

    def _state(self, texts: dict[str, str], reading: _Reading) -> ActionState:
        state = None
        try:
            state = ledger_columns.state(texts.get("state", ""), self._words.title("state"), self._states)
        except BadInput as no:
            reading.faults.append(str(no))
        if texts.get("closed") and state in (None, ActionState.DONE):
            return ActionState.CLOSED
        return state or ActionState.NOT_STARTED

    def _due(self, texts: dict[str, str], reading: _Reading) -> tuple[date | None, int | None]:
        try:
            due_on, days, told = ledger_columns.due(
                texts.get("due", ""), self._words.title("due"), self._today, self._own
            )
        except BadInput as no:
            reading.faults.append(str(no))
            return None, None
        if told:
            reading.told.append(told)
        return due_on, days

    def _day(self, texts: dict[str, str], column: str, reading: _Reading) -> date | None:
        try:
            return ledger_columns.day(texts.get(column, ""), self._words.title(column))
        except BadInput as no:
            reading.faults.append(str(no))
            return None

    def _closed(self, texts: dict[str, str], state: ActionState, reading: _Reading) -> date | None:
        closed_on = self._day(texts, "closed", reading)
        if state is ActionState.CLOSED and not texts.get("closed"):
            reading.faults.append(_("It is closed, but no day is given."))
        if state is not ActionState.CLOSED and closed_on is not None:
            reading.faults.append(_("There is a day on which it was closed, but it is not closed."))
        return closed_on if state is ActionState.CLOSED else None

    def _problem(self, texts: dict[str, str], reading: _Reading) -> str:
        problem = texts.get("problem", "").strip()
        if not problem:
            reading.faults.append(_("The problem is missing."))
        masked = self.names.masked(problem)
        if masked != problem:
            reading.told.append(_("names in the problem are left out"))
        return masked

    def _source(self, text: str, reading: _Reading) -> str:
        """Where a problem comes from, in the order of the file, without what would lead to one talk or one person."""
        found: list[str] = []
        for part in BETWEEN_SOURCES.split(text):
            words = part.split()
            rest = " ".join(word for word in words if word not in self._talks and not TALK_NUMBER.fullmatch(word))
            kinds = [kind for kind, pattern in KIND_WORDS.items() if pattern.search(rest)]
            if len(rest.split()) < len(words):
                reading.told.append(_("numbers of talks are left out: they would tell who raised it"))
                kinds.append(SourceKind.TALK)
            found += [str(kind.label) for kind in kinds] or [self.names.masked(rest)]
        return _(", ").join(dict.fromkeys(one for one in found if one))


def _note(texts: dict[str, str]) -> str:
    """What has no column of its own: remarks, and a date that is none."""
    due = texts.get("due", "")
    lines = (
        texts.get("note", ""),
        _("Due: %(due)s", due=due) if squeezed(due) in ledger_columns.FOREVER else "",
    )
    return "\n".join(line for line in lines if line)
