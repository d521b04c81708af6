"""Concerns found and counted, always within one organisation; every text leaves this module without names."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, or_, select

from concerns.models import Action, Concern, Excerpt, Undo
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import ActionState, Role, SourceKind, SurveyState, TalkState, Visibility
from interviews.models import Talk
from investigations.models import Investigation
from members import rules
from members.models import Account, Organisation
from members.names import names
from surveys.models import Survey
from text.languages import detect

SHARED = (Visibility.SECRETARY, Visibility.COMMITTEE)
PAGE = 100
SUMMED = 2  # passages a summary is made of
QUOTED = 3
# Who speaks: an answer for itself, for nobody knows whose it is; a talk for its member, whom it is held with twice.
_SPEAKER = case(
    (Excerpt.source == SourceKind.TALK, literal("member ").concat(cast(Talk.member_id, String))), else_=Excerpt.voice
)


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many voices and passages of a concern come from one kind of source."""

    kind: SourceKind
    voices: int
    passages: int


@dataclass(frozen=True, slots=True)
class ActionLine:
    """What is done about a concern."""

    id: int
    measure: str
    owner: str
    due_on: date | None
    state: ActionState
    outcome: str


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """One concern as lists and reports show it.

    `voices` counts answers and the members talked with, not talks or passages. `own_summary` is what a person wrote;
    without it `summary` is made of passages. These and `quotes` are masked, come only from answers and from talks the
    committee may read, and are empty while fewer voices than the organisation's floor raise the concern.
    """

    id: int
    label: str
    summary: str
    own_summary: str
    terms: tuple[str, ...]
    curated: bool
    hidden: bool
    revision: int
    voices: int
    passages: int
    sources: tuple[SourceCount, ...]
    quotes: tuple[str, ...]
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """One excerpt as a page shows it: masked, with its kind of source and never a name.

    `text` is None where the reader may not read the talk it comes from.
    """

    id: int
    source: SourceKind
    text: str | None
    hidden: bool
    pinned: bool


@dataclass(frozen=True, slots=True)
class PassagePage:
    """Some of many passages: `number` of `count` pages."""

    passages: tuple[Passage, ...]
    total: int
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Material:
    """What an investigation has to group: closed surveys, surveys not yet closed, talks that may be used."""

    closed_surveys: int
    other_surveys: int
    talks: int

    @property
    def any(self) -> bool:
        """Say whether there is anything to group."""
        return bool(self.closed_surveys or self.talks)


def concern(concern_id: int, *, within: Organisation) -> Concern:
    """Return a concern, which may have been merged into another one; raise `NotFound`."""
    found = db.session.scalar(select(Concern).where(Concern.id == concern_id, Concern.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such concern in your organisation."))
    return found


def action(action_id: int, *, within: Organisation) -> Action:
    """Return an action; raise `NotFound`."""
    found = db.session.scalar(select(Action).where(Action.id == action_id, Action.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such action in your organisation."))
    return found


def material(investigation: Investigation, *, within: Organisation) -> Material:
    """Count what could be grouped."""
    states = dict(
        db.session.execute(
            select(Survey.state, func.count())
            .where(Survey.investigation_id == investigation.id, Survey.organisation_id == within.id)
            .group_by(Survey.state)
        ).all()
    )
    talks = db.session.scalar(
        select(func.count()).select_from(Talk).where(usable_talk(), Talk.investigation_id == investigation.id)
    )
    closed = states.pop(SurveyState.CLOSED, 0)
    return Material(closed_surveys=closed, other_surveys=sum(states.values()), talks=talks or 0)


def usable_talk() -> ColumnElement[bool]:
    """The condition on `Talk` under which its notes may be grouped: recorded, and shared beyond the interviewer."""
    return and_(Talk.state == TalkState.RECORDED, Talk.visibility.in_(SHARED))


def concerns(investigation: Investigation, *, within: Organisation, hidden: bool = False) -> list[ConcernLine]:
    """Return the concerns, those raised by most voices first; `hidden` ones too when asked for."""
    wanted = [_of(Concern, investigation, within), Concern.merged_into_id.is_(None)]
    if not hidden:
        wanted.append(Concern.hidden.is_(False))
    rows = db.session.scalars(select(Concern).where(*wanted)).all()
    lines = _lines(rows, investigation, within)
    return sorted(lines, key=lambda line: (line.hidden, -line.voices, -line.passages, line.label))


def line(concern: Concern, investigation: Investigation, *, within: Organisation) -> ConcernLine:
    """Return one concern with its counts, quotes and actions."""
    return _lines([concern], investigation, within)[0]


def choices(investigation: Investigation, *, within: Organisation) -> list[tuple[int, str]]:
    """Return the number and label of every concern that is not hidden, by label, to choose from."""
    rows = db.session.execute(
        select(Concern.id, Concern.label)
        .where(_of(Concern, investigation, within), Concern.merged_into_id.is_(None), Concern.hidden.is_(False))
        .order_by(Concern.label, Concern.id)
    )
    return [(number, label) for number, label in rows]


def passages(
    investigation: Investigation, concern: Concern | None, *, within: Organisation, reader: Account, page: int = 1
) -> PassagePage:
    """Return a page of a concern's passages, or of the ungrouped ones; neither talk nor answer can be told apart.

    A reader who is not the secretary sees that passages of talks kept to the secretary exist, not what they say.
    """
    place = Excerpt.concern_id.is_(None) if concern is None else Excerpt.concern_id == concern.id
    wanted = _readable(select(Excerpt, Talk.visibility), investigation, within).where(place)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    count = max(1, -(-total // PAGE))
    number = min(max(page, 1), count)
    # By text, not by number: passages of one talk must not stand together.
    rows = db.session.execute(
        wanted.order_by(Excerpt.hidden, Excerpt.source, Excerpt.text, Excerpt.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    people = names(within)
    return PassagePage(
        passages=tuple(
            Passage(
                id=excerpt.id,
                source=excerpt.source,
                text=people.masked(excerpt.text) if _may_read(reader, visibility) else None,
                hidden=excerpt.hidden,
                pinned=excerpt.pinned,
            )
            for excerpt, visibility in rows
        ),
        total=total,
        number=number,
        count=count,
    )


def ungrouped(investigation: Investigation, *, within: Organisation) -> int:
    """Count the passages that stand in no concern and were not hidden."""
    wanted = _readable(select(Excerpt.id), investigation, within).where(
        Excerpt.concern_id.is_(None), Excerpt.hidden.is_(False)
    )
    return db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def quote_floor(within: Organisation) -> int:
    """Return how many voices a concern needs before one of them is quoted."""
    return rules.value(within, "suppression.quote_floor")


def last_step(investigation: Investigation, *, by: Account) -> Undo | None:
    """Return the newest curating step of the account that has not been taken back."""
    return db.session.scalar(
        select(Undo)
        .where(Undo.investigation_id == investigation.id, Undo.account_id == by.id)
        .order_by(Undo.id.desc())
        .limit(1)
    )


def _of(
    model: type[Concern] | type[Excerpt], investigation: Investigation, within: Organisation
) -> ColumnElement[bool]:
    return and_(model.investigation_id == investigation.id, model.organisation_id == within.id)


def _readable(query: Select, investigation: Investigation, within: Organisation) -> Select:
    """Excerpts without those of talks that are, by now, kept to the interviewer or belong elsewhere."""
    talk = and_(Excerpt.source == SourceKind.TALK, Talk.id == Excerpt.source_id)
    shared = and_(usable_talk(), Talk.investigation_id == Excerpt.investigation_id)
    return (
        query.select_from(Excerpt)
        .outerjoin(Talk, talk)
        .where(_of(Excerpt, investigation, within), or_(Excerpt.source != SourceKind.TALK, shared))
    )


def _may_read(reader: Account, visibility: Visibility | None) -> bool:
    return visibility is not Visibility.SECRETARY or reader.role is Role.SECRETARY


def _lines(rows: Sequence[Concern], investigation: Investigation, within: Organisation) -> list[ConcernLine]:
    """The rows with what belongs to them, in four queries however many there are."""
    ids = [row.id for row in rows]
    counts, actions, quoted = _counts(ids, investigation, within), _actions(ids), _quoted(ids, investigation, within)
    people = names(within)
    floor = quote_floor(within)
    found = []
    for row in rows:
        sources = counts.get(row.id, ())
        voices = sum(source.voices for source in sources)
        telling = [people.masked(text) for text in quoted.get(row.id, ())] if voices >= floor else []
        found.append(
            ConcernLine(
                id=row.id,
                label=row.label,
                summary=people.masked(row.summary) or _joined(telling[:SUMMED]),
                own_summary=row.summary,
                terms=tuple(row.terms),
                curated=row.curated,
                hidden=row.hidden,
                revision=row.revision,
                voices=voices,
                passages=sum(source.passages for source in sources),
                sources=sources,
                quotes=tuple(telling[SUMMED:] or telling),
                actions=tuple(actions.get(row.id, ())),
            )
        )
    return found


def _counts(
    ids: Sequence[int], investigation: Investigation, within: Organisation
) -> dict[int, tuple[SourceCount, ...]]:
    rows = db.session.execute(
        _readable(
            select(Excerpt.concern_id, Excerpt.source, func.count(_SPEAKER.distinct()), func.count()),
            investigation,
            within,
        )
        .where(Excerpt.concern_id.in_(ids), Excerpt.hidden.is_(False))
        .group_by(Excerpt.concern_id, Excerpt.source)
        .order_by(Excerpt.concern_id, Excerpt.source)
    )
    found: dict[int, tuple[SourceCount, ...]] = {}
    for concern_id, kind, voices, total in rows:
        found[concern_id] = (*found.get(concern_id, ()), SourceCount(kind, voices, total))
    return found


def _quoted(ids: Sequence[int], investigation: Investigation, within: Organisation) -> dict[int, list[str]]:
    """Up to five passages each, by rank, of different voices and wordings."""
    rows = db.session.execute(
        _readable(select(Excerpt.concern_id, _SPEAKER, Excerpt.text), investigation, within)
        .where(
            Excerpt.concern_id.in_(ids),
            Excerpt.hidden.is_(False),
            Excerpt.quoted.is_not(None),
            or_(Excerpt.source != SourceKind.TALK, Talk.visibility == Visibility.COMMITTEE),
        )
        .order_by(Excerpt.concern_id, Excerpt.quoted, Excerpt.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    spoken: set[tuple[int, str]] = set()
    for concern_id, voice, text in rows:
        if len(found[concern_id]) < SUMMED + QUOTED and not {(concern_id, voice), (concern_id, text)} & spoken:
            spoken |= {(concern_id, voice), (concern_id, text)}
            found[concern_id].append(text)
    return found


def _joined(texts: Sequence[str]) -> str:
    """Passages as one summary, punctuated as their language does."""
    if any(detect(text) == "zh" for text in texts):
        ended = (text.strip("。；; ") for text in texts)
        return "".join(text if text.endswith(("？", "！", "?", "!")) else f"{text}。" for text in ended)
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in texts)


def _actions(ids: Sequence[int]) -> dict[int, list[ActionLine]]:
    found: dict[int, list[ActionLine]] = defaultdict(list)
    for row in db.session.scalars(select(Action).where(Action.concern_id.in_(ids)).order_by(Action.id)):
        found[row.concern_id].append(ActionLine(row.id, row.measure, row.owner, row.due_on, row.state, row.outcome))
    return found
