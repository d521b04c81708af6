"""Where an investigation stands: key figures, what to do next, and what is due."""

from dataclasses import dataclass
from typing import Any

from concerns import queries as concerns
from concerns.queries import ConcernLine
from core.access import Permission
from core.i18n import _, ngettext
from core.terms import ActionState, SurveyState
from desk import dues
from interviews import queries as talks
from interviews.coverage import Coverage, coverage
from investigations.models import Investigation
from members import queries as members
from members.models import Account, Organisation
from reports import queries as reports
from surveys import queries as surveys

SHOWN = 8  # of what is due


@dataclass(frozen=True, slots=True)
class Figure:
    """One number at the top of the overview."""

    label: str
    value: str
    of: str
    note: str
    tone: str  # "", "ok", "warn" or "bad"


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: the words, where it is done, and the permission it takes."""

    title: str
    text: str
    endpoint: str
    arguments: dict[str, Any]
    permission: Permission
    icon: str


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """A survey with how many were asked and how many answered."""

    id: int
    title: str
    state: SurveyState
    asked: int
    received: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All the overview shows of one investigation."""

    figures: tuple[Figure, ...]
    steps: tuple[Step, ...]
    surveys: tuple[SurveyLine, ...]
    coverage: Coverage
    concerns: tuple[ConcernLine, ...]
    dues: tuple[dues.Due, ...]


def overview(investigation: Investigation, *, within: Organisation, reader: Account) -> Overview:
    """Return where the investigation stands, as far as `reader` may know."""
    rows = surveys.surveys(investigation, within=within)
    turnout = surveys.turnout(rows)
    lines = tuple(SurveyLine(row.id, row.version.title, row.state, *turnout[row.id]) for row in rows)
    heard = coverage(within=within, since=investigation.starts_on, until=investigation.ends_on)
    found = concerns.concern_page(investigation, within=within)
    doing = concerns.action_counts(investigation, within=within)
    owed = dues.of_replies(investigation, within=within)
    measures = dues.of_concerns(investigation, within=within, reader=reader, most=SHOWN)
    # Promises are sealed: they are counted as they are, and only those shown are opened.
    shown = sorted([*measures, *owed, *dues.of_talks(within=within, reader=reader, most=SHOWN)], key=dues.by_day)
    waiting, late = dues.count(investigation, within=within)
    open_ = waiting + len(owed) + talks.count_open(within=within, reader=reader)
    late += sum(due.late for due in owed) + talks.count_overdue(within=within, reader=reader)
    return Overview(
        figures=tuple(_figures(investigation, lines, heard, (found.total, _in_hand(doing)), (open_, late))),
        steps=tuple(_steps(investigation, lines, heard, found.total, bool(doing))),
        surveys=lines,
        coverage=heard,
        concerns=found.lines[:6],
        dues=tuple(shown[:SHOWN]),
    )


def first_steps(within: Organisation) -> tuple[Step, ...]:
    """Return what to do before there is an investigation."""
    steps = []
    if len(members.everybody(within)) < 2:
        steps.append(_roster_step())
    steps.append(
        Step(
            _("Plan an investigation"),
            _("Why you ask, whom, and until when."),
            "investigations.new",
            {},
            Permission.MANAGE_INVESTIGATIONS,
            "clipboard-data",
        )
    )
    return tuple(steps)


def _roster_step() -> Step:
    return Step(
        _("Import the roster"),
        _("An Excel list of the members, as you have it."),
        "members.choose_roster",
        {},
        Permission.MANAGE_MEMBERS,
        "people",
    )


def _in_hand(doing: dict[ActionState, int]) -> int:
    return doing.get(ActionState.NOT_STARTED, 0) + doing.get(ActionState.UNDER_WAY, 0)


def _figures(
    investigation: Investigation,
    lines: tuple[SurveyLine, ...],
    heard: Coverage,
    found: tuple[int, int],
    due: tuple[int, int],
) -> list[Figure]:
    asked = investigation.population_size or sum(line.asked for line in lines)
    received = sum(line.received for line in lines)
    rate = f"{100 * received / asked:.0f}%" if asked else ""
    open_, late = due
    concerns_found, in_hand = found
    return [
        Figure(
            _("Answers to the survey"),
            str(received),
            f"/ {asked}" if asked else "",
            _("Response rate %(rate)s", rate=rate) if rate else _("No survey has been sent yet"),
            "ok" if received else "",
        ),
        Figure(
            _("Heard in talks"),
            str(heard.all.heard),
            f"/ {heard.all.total}",
            ngettext("%(num)d talk recorded", "%(num)d talks recorded", heard.talks),
            "ok" if heard.all.total and heard.all.heard == heard.all.total else "",
        ),
        Figure(
            _("Concerns found"),
            str(concerns_found),
            "",
            ngettext("%(num)d action in hand", "%(num)d actions in hand", in_hand),
            "",
        ),
        Figure(
            _("Promises and actions due"),
            str(open_),
            "",
            ngettext("%(num)d is late", "%(num)d are late", late) if late else _("None is late"),
            "bad" if late else "",
        ),
    ]


def _steps(
    investigation: Investigation, lines: tuple[SurveyLine, ...], heard: Coverage, found: int, decided: bool
) -> list[Step]:
    """Return what the chain is waiting for, the earliest link first."""
    here = {"investigation_id": investigation.id}
    steps = []
    if heard.all.total < 2:
        steps.append(_roster_step())
    if not lines:
        steps.append(
            Step(
                _("Set up a survey"),
                _("From a ready questionnaire or your own file."),
                "surveys.index",
                here,
                Permission.MANAGE_SURVEYS,
                "chat-square-text",
            )
        )
    for line in lines:
        steps += _survey_steps(line)
    if heard.all.unheard:
        text = ngettext("%(num)d person has not been heard.", "%(num)d people have not been heard.", heard.all.unheard)
        steps.append(
            Step(
                _("Talk with those not yet heard"),
                text,
                "interviews.coverage",
                {},
                Permission.SEE_COVERAGE,
                "chat-dots",
            )
        )
    closed = any(line.state is SurveyState.CLOSED for line in lines)
    if (closed or heard.talks) and not found:
        text = _("Talks and open answers are put together by what they are about.")
        steps.append(
            Step(_("Group the concerns"), text, "concerns.index", here, Permission.CURATE_CONCERNS, "lightbulb")
        )
    if found and not decided:
        text = _("One owner and one date for each.")
        steps.append(
            Step(_("Decide what is done"), text, "concerns.index", here, Permission.CURATE_CONCERNS, "clipboard-check")
        )
    if found and not reports.editions(investigation):
        text = _("Numbers are filled in; you add causes and proposals.")
        steps.append(Step(_("Print the report"), text, "reports.index", here, Permission.MAKE_REPORTS, "printer"))
    return steps


def _survey_steps(line: SurveyLine) -> list[Step]:
    arguments = {"survey_id": line.id}
    if line.state is SurveyState.DRAFT:
        text = _("Invite people, then open “%(title)s”.", title=line.title)
        return [Step(_("Send the survey"), text, "surveys.show", arguments, Permission.MANAGE_SURVEYS, "envelope")]
    if line.state is SurveyState.OPEN:
        text = _("%(received)s answers so far. Results can be read once it is closed.", received=line.received)
        return [Step(_("Close the survey"), text, "surveys.show", arguments, Permission.MANAGE_SURVEYS, "lock")]
    return []
