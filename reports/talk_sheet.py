"""The record of a talk as one A4 sheet to be signed by both; what does not fit goes on under the same number."""

from dataclasses import dataclass, field, replace
from math import ceil

from flask import render_template

from core.i18n import _, day, ngettext, speaking
from core.terms import TalkState
from interviews import filing, scans
from interviews.models import Talk
from interviews.queries import TalkView
from members import words
from members.models import Member, Organisation
from questions import canvas
from reports.html import setting
from reports.pdf import page_count, print_pdf

POINT = 0.3528  # mm
SIZES = (10.5, 10.0, 9.5, 9.0, 8.5)  # of the notes, in points; below the last nobody should have to read
CONTINUED = 10.0
WIDTH = 172.0  # of a line of notes, in mm
HEIGHT = 252.0  # of the frame, in mm
HEAD, FOOT, PROMISE = 44.0, 66.0, 6.5  # what stands above and below the notes, and each promise's line
LEADING = 1.55
PLENTY, ROOMY = 0.7, 1.25  # below, a size needs no trial: it fits; above, it is not even tried
SHRINK = 0.93
BLANK_PROMISES = 3


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise as the sheet lists it."""

    text: str = ""
    owner: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What is written on the sheet; every "" is a place to write by hand."""

    organisation: str
    labels: dict[str, str] = field(default_factory=dict)
    number: str = ""
    fingerprint: str = ""
    member: str = ""
    group: str = ""
    membership: str = ""
    post: str = ""
    interviewer: str = ""
    interviewer_post: str = ""
    writer: str = ""
    held: str = ""
    place: str = ""
    mode: str = ""
    occasion: str = ""
    level: str = ""
    notes: str = ""
    promises: tuple[PromiseRow, ...] = ()
    attached: str = ""
    filed: str = ""
    shown: str = ""
    agreed: str = ""
    blank: bool = False


def blank(within: Organisation) -> Filled:
    """Return an empty sheet."""
    rows = (PromiseRow(),) * BLANK_PROMISES
    return Filled(within.name, _labels(within), promises=rows, blank=True)


def filled(talk: Talk, view: TalkView, within: Organisation) -> Filled:
    """Return the sheet of a talk as `view` shows it to its reader; of a planned one only the head is filled."""
    recorded = view.state is TalkState.RECORDED
    attached = len(scans.of(talk))
    rows = tuple(PromiseRow(one.promise, one.owner_name, day(one.due_on)) for one in view.promises)
    held = day(view.held_on)
    if view.minutes:
        held = f"{held} · {ngettext('%(num)s minute', '%(num)s minutes', view.minutes)}"
    return Filled(
        organisation=within.name,
        labels=_labels(within),
        number=filing.number_of(talk),
        fingerprint=filing.fingerprint(talk),
        member=view.member.name,
        group=view.member.group.name if view.member.group else "",
        membership=words.category_word(within, view.member.category),
        post=_post(view.member),
        interviewer=view.interviewer.name,
        interviewer_post=_post(view.interviewer),
        writer=view.changed_by if recorded else "",
        held=held,
        place=view.place,
        mode=str(view.mode.label) if view.mode else "",
        occasion=view.occasion,
        level=str(view.visibility.label) if view.visibility else "",
        notes=view.notes,
        promises=rows or ((PromiseRow(),) if recorded else (PromiseRow(),) * BLANK_PROMISES),
        attached=ngettext("%(num)s signed scan", "%(num)s signed scans", attached) if attached else "",
        filed=day(view.filed_on),
        shown=day(view.shown_on),
        agreed=day(view.agreed_on),
        blank=not recorded,
    )


def printed(sheet: Filled, *, language: str) -> bytes:
    """Print the sheet on one A4 page, in smaller type if need be; past the smallest size, with further pages."""
    with speaking(language):
        for size in SIZES:
            filling = _height(sheet.notes, size) / _room(sheet)
            if filling <= PLENTY or filling <= ROOMY and _fits(sheet, size, language):
                return print_pdf(_draw(sheet, size, language))
        return _continued(sheet, language)


def file_name(sheet: Filled, held: str = "") -> str:
    """Return what the printed sheet is called: its number or its day, nobody's name."""
    return "_".join(part for part in (_("Record of a heart-to-heart talk"), sheet.number or held) if part) + ".pdf"


def _continued(sheet: Filled, language: str) -> bytes:
    """Fill the first page as far as it goes and put the rest on pages of the same number."""
    at = _cut(sheet.notes, _room(sheet))
    first = replace(sheet, notes=sheet.notes[:at])
    while not _fits(first, CONTINUED, language, goes_on=True):
        at = _good_end(sheet.notes, int(at * SHRINK))
        first = replace(sheet, notes=sheet.notes[:at])
    return print_pdf(_draw(first, CONTINUED, language, rest=sheet.notes[at:]))


def _fits(sheet: Filled, size: float, language: str, *, goes_on: bool = False) -> bool:
    """Lay the sheet out without giving the notes a height: say whether it takes one page."""
    return page_count(_draw(sheet, size, language, goes_on=goes_on, tried=True)) == 1


def _draw(
    sheet: Filled, size: float, language: str, *, rest: str = "", goes_on: bool = False, tried: bool = False
) -> str:
    title = _("Record of a heart-to-heart talk")
    given = setting(language, title) | {"title": title}
    return render_template(
        "reports/talk_sheet.html",
        sheet=sheet,
        size=f"{size:.1f}".replace(".", "-"),
        notes=_paragraphs(sheet.notes),
        rest=_paragraphs(rest),
        goes_on=goes_on or bool(rest),
        tried=tried,
        **given,
    )


def _labels(within: Organisation) -> dict[str, str]:
    return {"group": words.word(within, "group"), "membership": words.word(within, "membership")}


def _post(member: Member) -> str:
    return " · ".join(dict.fromkeys(part for part in (member.duty, member.post) if part))


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _room(sheet: Filled) -> float:
    return HEIGHT - HEAD - FOOT - PROMISE * len(sheet.promises)


def _height(text: str, size: float) -> float:
    """Return about how high the notes will stand, in mm."""
    lines = sum(ceil(canvas.text_width(f"　　{line}", size * POINT) / WIDTH) for line in _paragraphs(text))
    return lines * size * POINT * LEADING


def _cut(text: str, room: float) -> int:
    """Return about how many characters fit above the signatures."""
    share = min(1.0, room / max(_height(text, CONTINUED), 1.0))
    return _good_end(text, int(len(text) * share))


def _good_end(text: str, at: int) -> int:
    """Move a cut back to the end of a sentence or line where one is near."""
    at = max(at, 1)
    ends = [text.rfind(mark, max(0, at - 80), at) for mark in ("。", "！", "？", "\n", ". ")]
    return max(ends) + 1 if max(ends) > 0 else at
