"""The document as HTML for the printer: text set, charts drawn, heights rounded to the grid."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from math import ceil
from typing import Any

from flask import current_app, render_template
from jinja2 import Template
from markupsafe import Markup, escape

from core.i18n import HTML_LANG, _, day, speaking
from questions import canvas, charts
from reports import cjk
from reports.blocks import Document, Question, Style, Trace
from reports.parts import Part, imprint, opening, sections, signed

TITLE_CHARACTERS = 20
LATIN_TITLE = 18
"""What a line of a title holds, in widths of a Han character; bold Latin letters are wider than they are counted."""
HELPERS = "reports/blocks.html"

Draw = Callable[..., Markup]


def page(document: Document, *, style: Style) -> str:
    """Draw `document` as one HTML page for `reports.pdf.print_pdf`; needs an application context."""
    with speaking(document.language):
        return drawn_page(f"reports/{style}.html", document, style=style, **setting(document.language, document.title))


def drawn_page(template: str, document: Document, *, style: Style, run_in: bool = True, **given: Any) -> str:
    """Fill a page's template with the parts of a document; `given` is a `setting` and what the template needs."""
    body, *annexes = sections(document, style, run_in=run_in)
    known = {"caption_first": style == "summary", "marks": style == "gongwen", "notes_at": document.notes_at}
    given = known | given
    return render_template(
        template,
        document=document,
        style=str(style),
        body=body,
        annexes=annexes,
        opening=opening(document),
        imprint=imprint(document),
        signed=signed(document),
        draw=drawing(given),
        **given,
    )


def drawing(given: dict[str, Any]) -> Draw:
    """Return the function that draws a part from its block's own source: `draw(part, deeper=0)`.

    `deeper`: by how many levels headings stand below those of the body. `given` is a `setting`.
    """
    # A module of its own for each page: its macros know the page's language.
    helpers = current_app.jinja_env.get_template(HELPERS).make_module(given)
    names = given | {"pen": helpers}

    def draw(part: Part, deeper: int = 0) -> Markup:
        return Markup(_compiled(part.block.HTML).render(names, part=part, deeper=deeper))

    return draw


def _compiled(source: str) -> Template:
    """Compile a block's source once for each application."""
    known: dict[str, Template] = current_app.extensions.setdefault("report_blocks", {})
    if source not in known:
        known[source] = current_app.jinja_env.from_string(source.lstrip())
    return known[source]


def paper_survey(
    questions: Sequence[Question], *, title: str, organisation: str, introduction: str, language: str
) -> str:
    """Draw a questionnaire to be filled in by hand, as one HTML page for the printer."""
    with speaking(language):
        given = setting(language, title) | {"caption_first": False, "marks": True, "notes_at": "end"}
        return render_template(
            "reports/paper_survey.html",
            title=title,
            organisation=organisation,
            introduction=introduction,
            parts=[Part(question) for question in questions],
            draw=drawing(given),
            **given,
        )


def setting(language: str, title: str, *, printed: bool = True) -> dict[str, Any]:
    """Gather what every template needs to set text in `language`; what is not printed, a browser spaces by itself."""
    han = language == "zh"

    def put(text: object) -> Markup:
        return cjk.prepare(str(text), language) if printed else escape(cjk.clean(str(text)))

    return {
        "html_lang": HTML_LANG.get(language, language),
        "title_lines": balanced(title) if han else balanced_words(title),
        "put": put,
        "plain": lambda text: cjk.clean(text).replace("\n", "" if han else " "),
        "units": lambda text: _keep_unit(put(text)),
        "stop": lambda text: "" if text.endswith(tuple("。？！.?!：:")) else "。" if han else ". ",
        "colon": lambda text: "" if text.endswith(("：", ":")) else "：" if han else ": ",
        "hinted": lambda text: f"（{text}）" if han else f" ({text})",
        "dash": "——" if han else "— ",
        "web": not printed,
        "narrow": charts.NARROW,
        "wide_space": "\u3000" if han else "\u2003",
        "note_label": put(_("Note: ")),
        "copies_label": put(_("Copies to: ")),
        "on_day": day,
        "printed_on": printed_on,
        "based_on": based_on,
    }


def printed_on(value: date) -> str:
    """Say when a document was printed, as the foot of an official letter does."""
    return _("Printed %(day)s", day=day(value))


def based_on(grounds: Sequence[Trace]) -> str:
    """Say in words what a cause or a proposal rests on."""
    return _("based on: %(labels)s", labels=_("; ").join(ground.label for ground in grounds))


def _keep_unit(heading: Markup) -> Markup:
    """Keep the bracketed unit of a column heading on one line."""
    return Markup(re.sub("（[^（）<]*）", lambda found: f"<span class=unit>{found[0]}</span>", heading))


def balanced(title: str, room: int = TITLE_CHARACTERS) -> list[str]:
    """Break a Chinese title into lines of about the same length, at a good place to pause."""
    lines: list[str] = []
    for given in title.split("\n"):
        count = ceil(canvas.text_width(given, 1) / room) or 1
        rest = given
        for left in range(count, 1, -1):
            if len(rest) < 2:
                break
            cut = _good_cut(rest, len(rest) / left, room)
            lines.append(rest[:cut])
            rest = rest[cut:]
        lines.append(rest)
    return lines


def balanced_words(title: str, room: int = LATIN_TITLE) -> list[str]:
    """Break a title of words into lines of about the same length."""
    lines: list[str] = []
    for given in title.split("\n"):
        words, count = given.split(), ceil(canvas.text_width(given, 1) / room) or 1
        for left in range(count, 1, -1):
            widths = [canvas.text_width(" ".join(words[:place]), 1) for place in range(len(words) + 1)]
            inner = range(1, len(words))
            cut = min(inner, key=[abs(width - widths[-1] / left) for width in widths].__getitem__, default=len(words))
            lines.append(" ".join(words[:cut]))
            words = words[cut:]
        lines.append(" ".join(words))
    return [line for line in lines if line] or [""]


def _good_cut(text: str, ideal: float, room: int) -> int:
    """Choose where to break: near `ideal`, best after a mark or before 的, never inside a word or number."""

    def cost(place: int) -> float:
        before, after = text[place - 1], text[place]
        if before.isascii() and after.isascii() or after in cjk.CLOSING or before in cjk.OPENING:
            return 1000
        if canvas.text_width(text[:place], 1) > room:
            return 500
        bonus = 4 if before in "、，：；”》）" or text.startswith(("的", "和", "及", "与"), place) else 0
        return abs(place - ideal) - bonus

    return min(range(1, len(text)), key=cost)
