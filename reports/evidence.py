"""Everything a report says, gathered once: sections read this and nothing else.

However many concerns, rows or answers there are, it takes a number of queries that only surveys and investigations
add to. What is gathered may still hold small counts of concerns; `Evidence.told` says what of them may be printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from activities import queries as activities
from concerns import board, breadth, ledger, matrix
from concerns import queries as concerns
from concerns.ledger_rows import Line, Words
from concerns.queries import ConcernLine
from core import clock
from core.i18n import _, speaking
from core.terms import Channel, MemberCategory, SourceKind, SurveyState
from interviews.balance import Balance, balance
from interviews.coverage import Coverage, coverage
from investigations.models import Investigation
from members import words
from members.models import Organisation
from questions.base import Item, Tally
from reports import asked_again, claims, last_time
from reports.asked_again import AskedAgain
from reports.blocks.trace import Trace
from reports.last_time import Recurring, Since, SurveyThen
from surveys import queries as surveys
from surveys import statistics, tallies
from surveys.models import Survey
from surveys.tallies import Results

PARTS = ("achievements", "causes", "proposals")


@dataclass(frozen=True, slots=True)
class SurveyEvidence:
    """One closed survey: how many were asked and answered, through which doors, and what they said.

    `margin` is that of the page of results, in percentage points at 95 %; None where it says nothing: everybody
    answered, or so few that those who did not may well think otherwise. `again`: it asks about replies only.
    """

    id: int
    title: str
    asked: int | None
    answered: int
    complete: int
    channels: tuple[tuple[Channel, int | None], ...]
    opened_on: date | None
    closed_on: date | None
    results: tuple[tuple[Item, Tally], ...]
    margin: float | None = None
    exact: bool = False  # reckoned for those invited, by codes
    then: SurveyThen | None = None
    again: bool = False

    @property
    def enough(self) -> bool:
        """Say whether so many answered that anything may be shown."""
        return bool(self.results)

    @property
    def few(self) -> bool:
        """Say whether so few of those asked answered that the others may well think otherwise."""
        return bool(self.asked) and self.answered < statistics.ENOUGH * (self.asked or 0)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting or a visit: what it was called, and when."""

    title: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Told:
    """What may be said of how widely a concern is raised; None is hidden.

    `sources` is empty where one of them is small: what is left of the total would tell it; `kinds` are named then.
    """

    voices: int | None
    sources: tuple[tuple[SourceKind, int], ...]
    kinds: tuple[SourceKind, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """An investigation as far as a report may tell it; counts of surveys under the floor are hidden already."""

    organisation: Organisation
    investigation: Investigation
    language: str
    today: date
    full_word: str  # what the organisation calls its full members
    surveys: tuple[SurveyEvidence, ...]
    coverage: Coverage
    full_members: Coverage
    meetings: tuple[Meeting, ...]
    concerns: tuple[ConcernLine, ...]
    groups: Mapping[int, tuple[tuple[str, int], ...]]  # concern -> (group, members who raised it), what may be told
    recurring: Recurring | None
    promises: Balance
    ledger: tuple[Line, ...]
    words: Words
    since: Since
    replies: int  # on the board
    asked_again: tuple[AskedAgain, ...]
    claims: Mapping[str, tuple[tuple[str, tuple[Trace, ...]], ...]]
    cell_floor: int
    quote_floor: int

    def number(self, count: int | None) -> str:
        """Write a count of people, or that it is under the floor."""
        if count is None or 0 < count < self.cell_floor:
            return _("under %(floor)s", floor=self.cell_floor)
        return str(count) if count else "–"

    def told(self, concern: ConcernLine) -> Told:
        """Return what may be said of how widely a concern is raised."""
        given = {one.kind: one.voices for one in concern.sources if one.voices}
        kinds = tuple(kind for kind in SourceKind if kind in given)
        if concern.voices < self.cell_floor:
            return Told(None, (), ())
        if min(given.values()) < self.cell_floor:
            return Told(concern.voices, (), kinds)
        return Told(concern.voices, tuple((kind, given[kind]) for kind in kinds), kinds)


def gather(investigation: Investigation, *, within: Organisation, language: str) -> Evidence:
    """Return what is known of an investigation today, its words in `language`."""
    with speaking(language):
        since, until = investigation.starts_on, investigation.ends_on
        rows = [row for row in surveys.surveys(investigation, within=within) if row.state is SurveyState.CLOSED]
        counted = {row.id: tallies.results(row, within=within, language=language) for row in rows}
        again = asked_again.asked(investigation, within=within, language=language, known=counted)
        told = [_survey(row, counted[row.id], again, investigation, within, language) for row in rows]
        lines = tuple(concerns.concerns(investigation, within=within))
        floor = tallies.floor(within)
        return Evidence(
            organisation=within,
            investigation=investigation,
            language=language,
            today=clock.today(),
            full_word=words.category_word(within, MemberCategory.FULL),
            surveys=tuple(sorted(told, key=lambda one: one.again)),
            coverage=coverage(within=within, since=since, until=until),
            full_members=coverage(within=within, since=since, until=until, category=MemberCategory.FULL),
            meetings=tuple(
                Meeting(row.title, row.held_on) for row in reversed(activities.activities(investigation, within=within))
            ),
            concerns=lines,
            groups=_groups(investigation, within),
            recurring=last_time.recurring(
                investigation, [(line.id, line.label) for line in lines], within=within, floor=floor
            ),
            promises=balance(investigation, within=within),
            ledger=tuple(ledger.lines(ledger.Wish(investigation_id=investigation.id), within=within)),
            words=Words(within),
            since=last_time.since(investigation, within=within),
            replies=len({line.concern_id for line in board.lines(within)} & {line.id for line in lines}),
            asked_again=again,
            claims=_claims(investigation),
            cell_floor=floor,
            quote_floor=concerns.quote_floor(within),
        )


def _survey(
    row: Survey,
    results: Results,
    asked_about: tuple[AskedAgain, ...],
    investigation: Investigation,
    within: Organisation,
    language: str,
) -> SurveyEvidence:
    again = asked_again.only_asked_again(row.id, [item.name for item, _tally in results.items], asked_about)
    # Codes are handed out to some, the population is everybody the survey was for; about replies, only some are asked.
    asked = (None if again else investigation.population_size) or results.asked or None
    invited = results.asked if results.asked >= results.answered else None
    found = SurveyEvidence(
        id=row.id,
        title=row.version.title,
        asked=asked if asked is None or asked >= results.answered else None,
        answered=results.answered,
        complete=results.complete,
        channels=results.channels,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        results=tuple(results.items),
        exact=invited is not None,
        then=last_time.survey_then(row, within=within, language=language) if results.items else None,
        again=again,
    )
    if not results.items or found.few or found.asked == results.answered:
        return found
    margin = statistics.margin(results.answered, invited)
    return replace(found, margin=margin if margin >= 0.05 else None)


def _groups(investigation: Investigation, within: Organisation) -> dict[int, tuple[tuple[str, int], ...]]:
    """The groups whose members raised each of the widest concerns in talks, where they may be told."""
    table = matrix.by_group(investigation, within=within, known=breadth.told(investigation, within=within))
    return {
        line.id: tuple(
            (column.label, cell.talks)
            for column, cell in zip(table.columns, line.cells, strict=True)
            if cell.talks and cell.talks >= table.floor
        )
        for line in table.lines
    }


def _claims(investigation: Investigation) -> dict[str, tuple[tuple[str, tuple[Trace, ...]], ...]]:
    offered = claims.offers(investigation) if any((investigation.grounds or {}).values()) else None
    return {part: tuple((one.text, one.grounds) for one in claims.told(investigation, part, offered)) for part in PARTS}
