"""Surveys found: always within one organisation, except by the random name in a public link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select

from core import clock, paging
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import Access, Secrecy, SurveyState
from investigations.models import Investigation
from members.models import Organisation
from surveys.models import Invitation, Response, SealedResponse, Survey, Version


@dataclass(frozen=True, slots=True)
class PublicSurvey:
    """What the respondent's page needs to know of a survey."""

    id: int
    public_id: str
    version_id: int
    language: str
    state: SurveyState
    opens_on: date | None
    closes_on: date | None
    access: Access = Access.CODES
    secrecy: Secrecy = Secrecy.ANONYMOUS
    manifest: str | None = None
    round: int = 0
    scrutineer: bytes | None = None

    @property
    def answerable(self) -> bool:
        """Say whether answers are taken today."""
        today = clock.today()
        begun = self.opens_on is None or self.opens_on <= today
        return self.state is SurveyState.OPEN and begun and (self.closes_on is None or today <= self.closes_on)


# Built once, on the bare tables: the respondent's page is asked for by everybody at once.
_survey, _version = Survey.__table__, Version.__table__
_PUBLIC = (
    select(
        _survey.c.id,
        _survey.c.public_id,
        _survey.c.version_id,
        _version.c.language,
        _survey.c.state,
        _survey.c.opens_on,
        _survey.c.closes_on,
        _survey.c.access,
        _survey.c.secrecy,
        _survey.c.manifest,
        _survey.c.round,
        _survey.c.scrutineer,
    )
    .join(_version, _version.c.id == _survey.c.version_id)
    .where(_survey.c.public_id == bindparam("public_id"))
)
_HELD = _PUBLIC.with_for_update(read=True, of=_survey)


def public_survey(public_id: str, *, hold: bool = False) -> PublicSurvey | None:
    """Return the survey a public link names, or None; `hold` keeps it from being closed in this transaction."""
    row = db.session.connection().execute(_HELD if hold else _PUBLIC, {"public_id": public_id}).one_or_none()
    return None if row is None else PublicSurvey(*row)


def version(version_id: int) -> Version:
    """Return a version by its id; raise `NotFound`."""
    found = db.session.get(Version, version_id)
    if found is None:
        raise NotFound(_("There is no such survey."))
    return found


def survey(survey_id: int, *, within: Organisation) -> Survey:
    """Return a survey of the organisation; raise `NotFound`."""
    found = db.session.scalar(select(Survey).where(Survey.id == survey_id, Survey.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such survey in your organisation."))
    return found


def surveys(investigation: Investigation, *, within: Organisation) -> list[Survey]:
    """Return the surveys of an investigation, the newest first."""
    return list(
        db.session.scalars(
            select(Survey)
            .where(Survey.investigation_id == investigation.id, Survey.organisation_id == within.id)
            .order_by(Survey.id.desc())
        )
    )


def survey_page(investigation: Investigation, number: int, *, within: Organisation) -> paging.Page[Survey]:
    """Return one page of the same."""
    wanted = (Survey.investigation_id == investigation.id, Survey.organisation_id == within.id)
    return paging.page(select(Survey).where(*wanted).order_by(Survey.id.desc()), number, 24)


def open_surveys(*, within: Organisation) -> list[Survey]:
    """Return the surveys that take answers today, the first to end first."""
    rows = db.session.scalars(
        select(Survey).where(Survey.organisation_id == within.id, Survey.state == SurveyState.OPEN).order_by(Survey.id)
    )
    today = clock.today()
    running = [
        row
        for row in rows
        if (row.opens_on is None or row.opens_on <= today) and (row.closes_on is None or today <= row.closes_on)
    ]
    return sorted(running, key=lambda row: row.closes_on or date.max)


def invited(survey: Survey) -> int:
    """Return how many codes were handed out."""
    return _count(select(func.count()).select_from(Invitation).where(Invitation.survey_id == survey.id))


def received(survey: Survey) -> int:
    """Return how many responses there are, sealed or counted."""
    return turnout([survey])[survey.id][1]


def turnout(rows: Sequence[Survey]) -> dict[int, tuple[int, int]]:
    """Return for each survey how many codes were handed out and how many responses there are, in three queries.

    A survey closed without a tally is from before anything was taken apart: each of its rows is a whole response.
    """
    closed = [row for row in rows if row.state is SurveyState.CLOSED]
    # Not "counted": that is how many ballots stand on the board, without what was keyed or taken in.
    came = {row.id: sum(row.tally["channels"].values()) for row in closed if row.tally is not None}
    came |= _by_survey(Response, [row.id for row in closed if row.tally is None])
    came |= _by_survey(SealedResponse, [row.id for row in rows if row.state is not SurveyState.CLOSED])
    asked = _by_survey(Invitation, [row.id for row in rows])
    return {row.id: (asked.get(row.id, 0), came.get(row.id, 0)) for row in rows}


def _by_survey(table: type[Invitation] | type[SealedResponse] | type[Response], ids: Sequence[int]) -> dict[int, int]:
    if not ids:
        return {}
    query = select(table.survey_id, func.count()).where(table.survey_id.in_(ids)).group_by(table.survey_id)
    return dict(db.session.execute(query).all())


def responses(survey: Survey) -> list[Response]:
    """Return the opened responses of a closed survey, or their parts, by their random key; none while it is open."""
    return list(db.session.scalars(select(Response).where(Response.survey_id == survey.id).order_by(Response.id)))


def _count(query: object) -> int:
    return db.session.scalar(query) or 0  # type: ignore[call-overload]
