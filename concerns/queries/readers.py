"""Which excerpts may be counted and read, by whom, and what of their words is shown."""

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, literal, or_

from concerns.models import Concern, Excerpt
from core.terms import Role, SourceKind, TalkState, Visibility
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Account, Organisation

SHARED = (Visibility.SECRETARY, Visibility.COMMITTEE)
# Who speaks: an answer for itself, for nobody knows whose it is; a talk for its member, whom it is held with twice.
SPEAKER = case(
    (Excerpt.source == SourceKind.TALK, literal("member ").concat(cast(Talk.member_id, String))), else_=Excerpt.voice
)


def usable_talk() -> ColumnElement[bool]:
    """The condition on `Talk` under which its notes may be grouped: recorded, and shared beyond the interviewer."""
    return and_(Talk.state == TalkState.RECORDED, Talk.visibility.in_(SHARED))


def of(model: type[Concern] | type[Excerpt], investigation: Investigation, within: Organisation) -> ColumnElement[bool]:
    """The condition that a row belongs to an investigation of an organisation."""
    return and_(model.investigation_id == investigation.id, model.organisation_id == within.id)


def talk_of() -> ColumnElement[bool]:
    """The condition that joins an excerpt with the talk it comes from."""
    return and_(Excerpt.source == SourceKind.TALK, Talk.id == Excerpt.source_id)


def usable(investigation: Investigation) -> ColumnElement[bool]:
    """The condition, where `Talk` is joined, that an excerpt is not of a talk that may by now be used no more."""
    shared = and_(usable_talk(), Talk.investigation_id == investigation.id)
    return or_(Excerpt.source != SourceKind.TALK, shared)


def readable(query: Select, investigation: Investigation, within: Organisation) -> Select:
    """Excerpts without those of talks that are, by now, kept to the interviewer or belong elsewhere."""
    return (
        query.select_from(Excerpt)
        .outerjoin(Talk, talk_of())
        .where(of(Excerpt, investigation, within), usable(investigation))
    )


def may_read(reader: Account, visibility: Visibility | None) -> bool:
    """Say whether a reader may read passages of a talk of this visibility; answers have none."""
    return visibility is not Visibility.SECRETARY or reader.role is Role.SECRETARY
