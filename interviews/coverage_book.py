"""Coverage as a workbook: each count with its denominator, the unheard, and who is left out and why."""

import io
from collections.abc import Callable, Iterable, Iterator

from core.i18n import _, short_day
from core.spreadsheet import Sheet, write_book
from interviews.coverage import Coverage, Share
from interviews.events import InTime
from interviews.tallies import Person
from members import words
from members.models import Organisation


def book(found: Coverage, events: InTime, *, within: Organisation) -> bytes:
    """Return an .xlsx of three sheets: the counts, the unheard, those left out of the count."""
    out = io.BytesIO()
    write_book(
        [
            Sheet(
                _("Coverage"),
                (_("Counted by"), _("Part"), _("Heard"), _("In the count"), _("Talks")),
                _counts(found, events, within),
            ),
            Sheet(_("Not heard yet"), _columns(within), [_person(one, within) for one in found.unheard]),
            Sheet(_("Left out of the count"), _columns(within), [_person(one, within) for one in found.out]),
        ],
        out,
    )
    return out.getvalue()


def name(found: Coverage) -> str:
    """Return what the workbook is called."""
    return f"{_('Coverage')}_{short_day(found.since)}_{short_day(found.until)}.xlsx"


def _counts(found: Coverage, events: InTime, within: Organisation) -> Iterator[tuple[object, ...]]:
    whom = words.category_word(within, found.category) if found.category else _("Everybody")
    yield whom, f"{short_day(found.since)} – {short_day(found.until)}", found.all.heard, found.all.total, found.talks
    yield from _shares(_("Group"), found.by_group.items(), lambda group: group or _("No group"))
    yield from _shares(_("Category"), found.by_category.items(), lambda one: words.category_word(within, one))
    yield from _shares(_("Shift"), found.by_shift.items(), lambda shift: shift or _("No shift given"))
    for quarter, share in found.heard_by_quarter.items():
        yield _("Quarter"), quarter, share.heard, share.total, found.by_quarter[quarter]
    for pair, part in found.by_pair.items():
        share = part.share
        yield _("Who with whom"), pair.label(within), *((share.heard, share.total) if share else ("", "")), part.talks
    yield _("Events that call for a talk"), _("talk held in time"), events.in_time, events.total, ""
    yield _("Events that call for a talk"), _("talk held late"), events.late, events.total, ""
    yield _("Events that call for a talk"), _("still waiting"), events.waiting, events.total, ""
    yield _("Events that call for a talk"), _("no talk, with a reason"), events.dismissed, events.total, ""


def _shares(
    by: str, shares: Iterable[tuple[object, Share]], told: Callable[[object], str]
) -> Iterator[tuple[object, ...]]:
    for key, share in shares:
        yield by, told(key), share.heard, share.total, ""


def _columns(within: Organisation) -> tuple[str, ...]:
    return _("Number"), _("Name"), words.word(within, "group"), _("Category"), _("Shift"), _("At work"), _("Note")


def _person(one: Person, within: Organisation) -> tuple[str, ...]:
    category = words.category_word(within, one.category)
    return one.number, one.name, one.group_name, category, one.shift, str(one.standing.label), one.standing_note
