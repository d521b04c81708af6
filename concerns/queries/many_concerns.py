"""The concerns of an investigation, counted and quoted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from concerns.models import Action, Concern, Excerpt
from concerns.queries.counts import Counts, SourceCount, counts
from concerns.queries.readers import SPEAKER, of, readable
from concerns.queries.shown import redacted
from core.db import db
from core.terms import ActionState, SourceKind, Visibility
from interviews.models import Talk
from investigations.models import Investigation
from members import rules
from members.models import Organisation
from members.names import Names, names
from text.languages import detect

SUMMED = 2  # passages a summary is made of
QUOTED = 3


@dataclass(frozen=True, slots=True)
class ActionLine:
    """What is done about a concern, as the ledger has it.

    `problem` is without names, the concern's label where nobody worded it; `source` is what a file said of a row that
    came from one, else empty.
    """

    id: int
    measure: str
    owner: str
    due_on: date | None
    state: ActionState
    outcome: str
    number: str = ""
    problem: str = ""
    source: str = ""
    unit: str = ""
    checker: str = ""
    evidence: str = ""
    reason: str = ""
    review_on: date | None = None
    closed_on: date | None = None


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


def concerns(investigation: Investigation, *, within: Organisation, hidden: bool = False) -> list[ConcernLine]:
    """Return the concerns, those raised by most voices first; `hidden` ones too when asked for."""
    wanted = [of(Concern, investigation, within), Concern.merged_into_id.is_(None)]
    if not hidden:
        wanted.append(Concern.hidden.is_(False))
    rows = db.session.scalars(select(Concern).where(*wanted)).all()
    found = lines(rows, investigation, within=within)
    return sorted(found, key=lambda line: (line.hidden, -line.voices, -line.passages, line.label))


def line(concern: Concern, investigation: Investigation, *, within: Organisation) -> ConcernLine:
    """Return one concern with its counts, quotes and actions."""
    return lines([concern], investigation, within=within)[0]


def choices(investigation: Investigation, *, within: Organisation) -> list[tuple[int, str]]:
    """Return the number and label of every concern that is not hidden, by label, to choose from."""
    rows = db.session.execute(
        select(Concern.id, Concern.label)
        .where(of(Concern, investigation, within), Concern.merged_into_id.is_(None), Concern.hidden.is_(False))
        .order_by(Concern.label, Concern.id)
    )
    return [(number, label) for number, label in rows]


def quote_floor(within: Organisation) -> int:
    """Return how many voices a concern needs before one of them is quoted."""
    return rules.value(within, "suppression.quote_floor")


def lines(
    rows: Sequence[Concern], investigation: Investigation, *, within: Organisation, counted: Counts | None = None
) -> list[ConcernLine]:
    """Return the rows with what belongs to them, in a few queries however many there are; `counted` if at hand."""
    ids = [row.id for row in rows]
    if counted is None:
        counted = counts(investigation, within=within, only=ids)
    people = names(within)
    actions, quoted = _actions(rows, people), _quoted(ids, investigation, within)
    floor = quote_floor(within)
    found = []
    for row in rows:
        sources = counted.get(row.id, ())
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


def _quoted(ids: Sequence[int], investigation: Investigation, within: Organisation) -> dict[int, list[str]]:
    """Up to five passages each, by rank, of different voices and wordings, without what was redacted."""
    rows = db.session.execute(
        readable(select(Excerpt.concern_id, SPEAKER, Excerpt.text, Excerpt.redactions), investigation, within)
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
    for concern_id, voice, text, spans in rows:
        if len(found[concern_id]) < SUMMED + QUOTED and not {(concern_id, voice), (concern_id, text)} & spoken:
            spoken |= {(concern_id, voice), (concern_id, text)}
            found[concern_id].append(redacted(text, spans))
    return found


def _joined(texts: Sequence[str]) -> str:
    """Passages as one summary, punctuated as their language does."""
    if any(detect(text) == "zh" for text in texts):
        ended = (text.strip("。；; ") for text in texts)
        return "".join(text if text.endswith(("？", "！", "?", "!")) else f"{text}。" for text in ended)
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in texts)


_AS_THEY_ARE = (
    *("id", "measure", "owner", "due_on", "state", "outcome", "source", "unit", "checker", "evidence", "reason"),
    *("review_on", "closed_on"),
)


def _actions(concerns: Sequence[Concern], people: Names) -> dict[int, list[ActionLine]]:
    labels = {row.id: row.label for row in concerns}
    found: dict[int, list[ActionLine]] = defaultdict(list)
    for row in db.session.scalars(select(Action).where(Action.concern_id.in_(labels)).order_by(Action.id)):
        problem = people.masked(row.problem) or labels[row.concern_id]
        told = {name: getattr(row, name) for name in _AS_THEY_ARE}
        found[row.concern_id].append(ActionLine(number=row.number or "", problem=problem, **told))
    return found
