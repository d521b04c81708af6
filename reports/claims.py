"""What the secretary claims line by line - causes, proposals, achievements - and what each claim rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concerns import ledger
from concerns import queries as concerns
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import _
from core.terms import SurveyState
from interviews.coverage import coverage
from investigations import plans
from investigations.models import Investigation
from members.models import Account, Organisation
from reports import traces
from reports.blocks.trace import Trace
from surveys import queries as surveys
from surveys import questionnaires
from surveys.models import Survey

PARTS = {"causes": "causes", "proposals": "proposals", "achievements": "findings"}
"""What a part of the report is called, and the column of the investigation it is kept in."""
LONGEST = 4000  # code points of all lines of a part together
SHORT = 60  # of a label


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a claim may rest on: the name it is kept under, a short label to pick it by, and where it is found."""

    name: str
    label: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Offer:
    """Things of one kind a claim may rest on."""

    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of a part: what it rests on, and how many of its grounds are there no more."""

    text: str
    grounds: tuple[Trace, ...]
    names: tuple[str, ...] = ()
    gone: int = 0


def read(investigation: Investigation, part: str) -> list[tuple[str, tuple[Trace, ...]]]:
    """Return the lines of a part ("causes", "proposals", "achievements") in order, each with what it rests on."""
    return [(claim.text, claim.grounds) for claim in told(investigation, part)]


def told(investigation: Investigation, part: str, offered: Sequence[Offer] | None = None) -> list[Claim]:
    """Return the same with what is missing counted; `offered` spares looking the labels up again."""
    column = PARTS[part]
    texts, resting = plans.lines(getattr(investigation, column)), plans.grounds(investigation, column)
    if not any(resting):
        return [Claim(text, ()) for text in texts]
    known = _known(offered or offers(investigation))
    found = []
    for text, wanted in zip(texts, resting, strict=True):
        names = tuple(each for each in wanted if each in known)
        found.append(Claim(text, tuple(known[each] for each in names), names, len(wanted) - len(names)))
    return found


def write(
    investigation: Investigation,
    part: str,
    lines: Sequence[tuple[str, Sequence[Trace]]],
    *,
    based_on: int,
    by: Account,
) -> None:
    """Write a whole part anew.

    Raises `Stale` when the investigation changed since `based_on`, `BadInput` for too many characters.
    """
    _write(investigation, part, [(text, [name(trace) for trace in grounds]) for text, grounds in lines], based_on, by)


def put(
    investigation: Investigation,
    part: str,
    place: int,
    text: str,
    grounds: Sequence[str],
    *,
    based_on: int,
    by: Account,
) -> int:
    """Write one line, at the end where there is none at `place`, and return its place.

    `grounds` are names as `name` makes them; unknown ones are left out. Raises as `write` does.
    """
    if not text.strip():
        raise BadInput(_("Please write the line, or delete it."), field="text")
    known = _known(offers(investigation))
    lines = _lines(investigation, part)
    place = place if 0 <= place < len(lines) else len(lines)
    wanted = [each for each in dict.fromkeys(grounds) if each in known]
    lines[place : place + 1] = [(text, wanted)]
    _write(investigation, part, lines, based_on, by)
    return place


def insert(
    investigation: Investigation,
    part: str,
    place: int,
    text: str,
    grounds: Sequence[str],
    *,
    based_on: int,
    by: Account,
) -> None:
    """Put a line that was taken out back at its place; raise as `write` does."""
    lines = _lines(investigation, part)
    known = _known(offers(investigation))
    lines.insert(max(place, 0), (text, [each for each in grounds if each in known]))
    _write(investigation, part, lines, based_on, by)


def remove(investigation: Investigation, part: str, place: int, *, based_on: int, by: Account) -> tuple[str, list[str]]:
    """Take a line out and return it with the names of its grounds; raise as `write` does."""
    lines = _lines(investigation, part)
    taken = lines.pop(_there(lines, place))
    _write(investigation, part, lines, based_on, by)
    return taken


def move(investigation: Investigation, part: str, place: int, step: int, *, based_on: int, by: Account) -> int:
    """Move a line up (-1) or down (+1) and return its new place; raise as `write` does."""
    lines = _lines(investigation, part)
    line = lines.pop(_there(lines, place))
    place = min(max(place + step, 0), len(lines))
    lines.insert(place, line)
    _write(investigation, part, lines, based_on, by)
    return place


def offers(investigation: Investigation) -> list[Offer]:
    """Return what a claim may rest on: concerns, questions of closed surveys, measures, and who was heard in talks."""
    within = db.session.get_one(Organisation, investigation.organisation_id)
    labels = concerns.choices(investigation, within=within)
    found = [Offer(_("Concerns"), tuple(_choice(label, traces.concern(number, label)) for number, label in labels))]
    for survey in surveys.surveys(investigation, within=within):
        if survey.state is SurveyState.CLOSED:
            found.append(Offer(_("Survey “%(title)s”", title=survey.version.title), _items(survey)))
    rows = ledger.lines(ledger.Wish(investigation_id=investigation.id), within=within)
    found.append(Offer(_("Measures"), tuple(_measure(row, investigation) for row in rows)))
    since, until = investigation.starts_on, investigation.ends_on
    if coverage(within=within, since=since, until=until).talks:
        heard = _choice(_("Who has been heard in talks"), traces.heard(since, until))
        found.append(Offer(_("Talks"), (heard,)))
    return [offer for offer in found if offer.choices]


def name(trace: Trace) -> str:
    """Return what a ground is kept as: "concern:12", "survey_results:3:q14", "coverage"."""
    if trace.list == "coverage":  # the days it counts are those of the investigation, whatever they are by then
        return trace.list
    parts = [trace.list, str(trace.id) if trace.id or trace.item else "", trace.item]
    return ":".join(part for part in parts if part)


def address(trace: Trace) -> str:
    """Return the page that shows what a claim rests on, "" where there is none."""
    return traces.address(trace) or ""


def titles() -> dict[str, str]:
    """Return what each part of the report is called."""
    return {
        "achievements": _("What has been done and achieved"),
        "causes": _("Causes"),
        "proposals": _("Proposals"),
    }


def places(claims: Mapping[str, Sequence[tuple[str, object]]]) -> dict[str, tuple[str, int]]:
    """Return where each claim is written: its text -> its part and its line there."""
    return {text: (part, place) for part, lines in claims.items() for place, (text, _grounds) in enumerate(lines)}


def _known(offered: Sequence[Offer]) -> dict[str, Trace]:
    return {choice.name: choice.trace for offer in offered for choice in offer.choices}


def _choice(label: str, trace: Trace) -> Choice:
    return Choice(name(trace), _short(label), trace)


def _items(survey: Survey) -> tuple[Choice, ...]:
    asked = [item for item in questionnaires.ready(survey.version).items if item.title.strip()]
    return tuple(
        _choice(
            f"{item.number}. {item.title}" if item.number else item.title,
            traces.question(survey.id, survey.version.title, item),
        )
        for item in asked
    )


def _measure(row: ledger.Line, investigation: Investigation) -> Choice:
    return _choice(row.measure, Trace(_("Measure “%(measure)s”", measure=_short(row.measure)), "ledger", row.id))


def _lines(investigation: Investigation, part: str) -> list[tuple[str, list[str]]]:
    column = PARTS[part]
    return list(zip(plans.lines(getattr(investigation, column)), plans.grounds(investigation, column), strict=True))


def _there(lines: Sequence[object], place: int) -> int:
    if not 0 <= place < len(lines):
        raise Stale(_("This line is not there any more. Nothing was changed."))
    return place


def _write(
    investigation: Investigation, part: str, lines: Sequence[tuple[str, Sequence[str]]], based_on: int, by: Account
) -> None:
    if sum(len(text) + 1 for text, _names in lines) > LONGEST:
        raise BadInput(_("All lines of a part may hold up to %(most)s characters.", most=LONGEST), field="text")
    change = plans.Claims(PARTS[part], tuple((text, tuple(names)) for text, names in lines))
    plans.revise(investigation, change, based_on=based_on, by=by)
    db.session.flush()


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else plain[: SHORT - 1] + "…"
