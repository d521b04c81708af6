"""Where the numbers of a report can be looked up: traces made with their labels, and the page each leads to."""

import re
from datetime import date

from flask import url_for

from core.i18n import _, short_day
from questions.base import Item
from reports.blocks.trace import Trace

FULL = "full"  # only full members are counted
MEETINGS, PROMISES = "meetings", "promises"
EARLIER, OF = "earlier:", "of:"
_COVERAGE = re.compile(r"(?:(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d))?:?(full)?")


def survey(survey_id: int, title: str) -> Trace:
    """Return the trace of everything counted of a survey."""
    return Trace(_("Results of the survey “%(title)s”", title=title), "survey_results", survey_id)


def question(survey_id: int, title: str, item: Item) -> Trace:
    """Return the trace of one question of a survey."""
    label = _("Results of the survey “%(title)s”, question %(number)s", title=title, number=item.number)
    return Trace(label, "survey_results", survey_id, item.name)


def compared(survey_id: int, title: str, earlier_id: int) -> Trace:
    """Return the trace of a survey beside an earlier one."""
    label = _("Results of the survey “%(title)s” beside the earlier one", title=title)
    return Trace(label, "survey_results", survey_id, f"{EARLIER}{earlier_id}")


def heard(since: date, until: date, *, full: bool = False) -> Trace:
    """Return the trace of who was heard in talks from `since` until `until`."""
    label = _("Coverage of the talks, %(first)s to %(last)s", first=short_day(since), last=short_day(until))
    return Trace(label, "coverage", 0, f"{since.isoformat()}..{until.isoformat()}{':' + FULL if full else ''}")


def promises() -> Trace:
    """Return the trace of what was promised in talks."""
    return Trace(_("Promises made in talks"), "talks", 0, PROMISES)


def meetings(investigation_id: int) -> Trace:
    """Return the trace of an investigation's meetings."""
    return Trace(_("Meetings of the investigation"), "investigation", investigation_id, MEETINGS)


def plan(investigation_id: int) -> Trace:
    """Return the trace of an investigation's plan."""
    return Trace(_("Plan of the investigation"), "investigation", investigation_id)


def concern(concern_id: int, label: str) -> Trace:
    """Return the trace of one concern."""
    return Trace(_("Concern “%(label)s”", label=label), "concern", concern_id)


def concerns(investigation_id: int) -> Trace:
    """Return the trace of all concerns of an investigation."""
    return Trace(_("List of the concerns"), "concerns", investigation_id)


def threads() -> Trace:
    """Return the trace of concerns over time."""
    return Trace(_("Concerns over time"), "threads")


def ledger(name: str, investigation_id: int = 0) -> Trace:
    """Return the trace of the ledger, called `name`; only of an investigation where one is given."""
    return Trace(name, "ledger", 0, f"{OF}{investigation_id}" if investigation_id else "")


def board() -> Trace:
    """Return the trace of the replies that stand on the board."""
    return Trace(_("Board of replies"), "board")


def address(trace: Trace) -> str | None:
    """Return the page of the product a trace leads to, None where there is none; needs an application context."""
    match trace.list:
        case "survey_results" if trace.id:
            return _of_survey(trace)
        case "coverage":
            return _of_coverage(trace.item)
        case "talks":
            if trace.item == PROMISES:
                return url_for("interviews.promises")
            return url_for("interviews.index", investigation=trace.id or None)
        case "concern" if trace.id:
            return url_for("concerns.show", concern_id=trace.id)
        case "concerns" if trace.id:
            return url_for("concerns.index", investigation_id=trace.id)
        case "ledger":
            if trace.id:
                return url_for("concerns.action", action_id=trace.id)
            return url_for("concerns.ledger_page", investigation=trace.item.removeprefix(OF) or None)
        case "board":
            return url_for("concerns.board")
        case "threads":
            return url_for("concerns.recurring") if not trace.id else url_for("concerns.thread", concern_id=trace.id)
        case "investigation" | "claims" if trace.id:
            place = "activities.index" if trace.item == MEETINGS else "investigations.show"
            return url_for(place, investigation_id=trace.id)
    return None


def _of_survey(trace: Trace) -> str:
    if trace.item.startswith(EARLIER):
        return url_for("surveys.earlier", survey_id=trace.id, earlier=trace.item.removeprefix(EARLIER))
    return url_for("surveys.results", survey_id=trace.id, _anchor=f"h-{trace.item}" if trace.item else None)


def _of_coverage(item: str) -> str:
    found = _COVERAGE.fullmatch(item)
    since, until, full = found.groups() if found else (None, None, None)
    return url_for("interviews.coverage", since=since, until=until, category=full)
