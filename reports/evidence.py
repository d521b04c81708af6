"""Everything a report says, gathered once: sections read this and nothing else."""

from dataclasses import dataclass
from datetime import date

from concerns import queries as concerns
from concerns.queries import ConcernLine
from core import clock
from core.i18n import speaking
from core.terms import Channel, MemberCategory, SurveyState
from interviews.balance import Balance, balance
from interviews.coverage import Coverage, coverage
from investigations.models import Investigation
from members import words
from members.models import Organisation
from questions.base import Item, Tally
from surveys import queries as surveys
from surveys import tallies
from surveys.models import Survey


@dataclass(frozen=True, slots=True)
class SurveyEvidence:
    """One closed survey: how many were asked and answered, through which doors, and what they said."""

    title: str
    asked: int | None
    answered: int
    complete: int
    channels: tuple[tuple[Channel, int | None], ...]
    opened_on: date | None
    closed_on: date | None
    results: tuple[tuple[Item, Tally], ...]

    @property
    def enough(self) -> bool:
        """Say whether so many answered that anything may be shown."""
        return bool(self.results)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An investigation as far as a report may tell it; counts under the floor are hidden already."""

    organisation: Organisation
    investigation: Investigation
    language: str
    today: date
    full_word: str  # what the organisation calls its full members
    surveys: tuple[SurveyEvidence, ...]
    coverage: Coverage
    full_members: Coverage
    concerns: tuple[ConcernLine, ...]
    promises: Balance
    cell_floor: int


def gather(investigation: Investigation, *, within: Organisation, language: str) -> Evidence:
    """Return what is known of an investigation today, its words in `language`."""
    with speaking(language):
        since, until = investigation.starts_on, investigation.ends_on
        return Evidence(
            organisation=within,
            investigation=investigation,
            language=language,
            today=clock.today(),
            full_word=words.category_word(within, MemberCategory.FULL),
            surveys=tuple(
                _survey(row, investigation, within, language)
                for row in surveys.surveys(investigation, within=within)
                if row.state is SurveyState.CLOSED
            ),
            coverage=coverage(within=within, since=since, until=until),
            full_members=coverage(within=within, since=since, until=until, category=MemberCategory.FULL),
            concerns=tuple(concerns.concerns(investigation, within=within)),
            promises=balance(investigation, within=within),
            cell_floor=tallies.floor(within),
        )


def _survey(row: Survey, investigation: Investigation, within: Organisation, language: str) -> SurveyEvidence:
    results = tallies.results(row, within=within, language=language)
    return SurveyEvidence(
        title=row.version.title,
        # Codes are handed out to some, the population is everybody the survey was for.
        asked=investigation.population_size or results.asked or None,
        answered=results.answered,
        complete=results.complete,
        channels=results.channels,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        results=tuple(results.items),
    )
