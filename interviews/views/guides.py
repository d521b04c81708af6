"""Guides: listed, written, printed on one sheet, and laid beside the note of a talk."""

import re
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import paging
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, ngettext
from core.numbers import row_number
from forms.guides import TOPICS, GuideForm
from interviews import guides, queries, sheet
from interviews.guide_texts import GuideText, TopicText
from interviews.models import Guide
from interviews.people import People
from interviews.queries import TalkView
from interviews.views.blueprint import bp, suggestions

MOVE = re.compile(r"(up|down|drop)-(\d{1,2})")
SHORT = 26  # lines of topics and questions that fit one sheet in the larger print


@bp.get("/guides")
@requires(Permission.RECORD_TALKS)
def list_guides() -> ResponseReturnValue:
    """List the guides in use, those put away, and those on offer."""
    return render_template(
        "interviews/guides.html",
        guides=paging.of(guides.guides(within=g.organisation), paging.asked()),
        archived=paging.of(guides.guides(within=g.organisation, archived=True), paging.asked("away")),
        on_offer=guides.on_offer(g.organisation),
    )


@bp.route("/guides/new", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def new_guide() -> ResponseReturnValue:
    """Write a guide."""
    form = GuideForm(data={"topics": [{}, {}, {}]}) if request.method == "GET" else GuideForm()
    moved = _moved(form)
    if moved is not None:
        return _edit_page(moved, None)
    if form.sent():
        try:
            made = guides.make(_text(form), within=g.organisation, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The guide is saved."))
            return redirect(url_for("interviews.edit_guide", guide_id=made.id))
    return _edit_page(form, None), 422 if form.is_submitted() else 200


@bp.route("/guides/<int:guide_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def edit_guide(guide_id: int) -> ResponseReturnValue:
    """Change a guide; what was typed stays on the page when somebody else was faster."""
    row = guides.guide(guide_id, within=g.organisation)
    if request.method == "GET":
        return _edit_page(_filled(row), row)
    form = GuideForm()
    moved = _moved(form)
    if moved is not None:
        return _edit_page(moved, row)
    if form.sent():
        try:
            guides.change(row, _text(form), by=g.account, based_on=sheet.based_on(form.based_on.data))
        except DomainError as error:
            form.blame(error)
            form.based_on.data = str(row.revision)  # sent once more after looking, it replaces
        else:
            flash(_("The guide is saved."))
            return redirect(url_for("interviews.edit_guide", guide_id=row.id))
    return _edit_page(form, row), 422


@bp.get("/guides/<int:guide_id>/print")
@requires(Permission.RECORD_TALKS)
def print_guide(guide_id: int) -> ResponseReturnValue:
    """Show a guide as one A4 sheet to take along."""
    text = guides.text_of(guides.guide(guide_id, within=g.organisation))
    lines = len(text.opening) // 38 + sum(1 + len(topic.probes) for topic in text.topics)
    return render_template("interviews/guide_print.html", guide=text, guide_id=guide_id, small=lines > SHORT)


@bp.post("/guides/adopt")
@requires(Permission.RECORD_TALKS)
def adopt_guide() -> ResponseReturnValue:
    """Take over one guide that ships, or all of them."""
    key = request.form.get("key", "")
    if key:
        made = [guides.adopt(key, within=g.organisation, by=g.account)]
    else:
        made = guides.adopt_all(within=g.organisation, by=g.account)
    flash(ngettext("%(num)s guide is yours now; change it as you like.", "%(num)s guides are yours now.", len(made)))
    return redirect(url_for("interviews.list_guides"))


@bp.post("/guides/<int:guide_id>/copy")
@requires(Permission.RECORD_TALKS)
def copy_guide(guide_id: int) -> ResponseReturnValue:
    """Copy a guide and open the copy."""
    made = guides.copy(guides.guide(guide_id, within=g.organisation), within=g.organisation, by=g.account)
    flash(_("This is the copy."))
    return redirect(url_for("interviews.edit_guide", guide_id=made.id))


@bp.post("/guides/<int:guide_id>/archive")
@requires(Permission.RECORD_TALKS)
def archive_guide(guide_id: int) -> ResponseReturnValue:
    """Put a guide away, or bring it back."""
    row = guides.guide(guide_id, within=g.organisation)
    if request.form.get("then") == "restore":
        guides.take_up(row, by=g.account)
        flash(_("The guide is in use again."))
    else:
        guides.put_away(row, by=g.account)
        flash(_("The guide is put away; it can be brought back below."))
    return redirect(url_for("interviews.list_guides"))


@bp.post("/talks/<int:talk_id>/guide")
@requires(Permission.RECORD_TALKS)
def choose_guide(talk_id: int) -> ResponseReturnValue:
    """Remember which guide a talk is held by."""
    row = queries.talk(talk_id, within=g.organisation)
    wanted = row_number(request.form.get("guide"))
    chosen = guides.guide(wanted, within=g.organisation) if wanted is not None else None
    guides.choose(row, chosen, by=g.account)
    return "", 204


@bp.context_processor
def _beside_the_note() -> dict[str, Any]:
    return {"guides_beside": guides_beside}


def guides_beside(talk: TalkView) -> tuple[list[Guide], Guide | None]:
    """Return the guides a writer may choose from, and the one for this talk."""
    found = guides.guides(within=g.organisation)
    return found, guides.fitting(found, occasion=talk.occasion, chosen_id=talk.guide_id)


def _text(form: GuideForm) -> GuideText:
    return GuideText(
        title=form.title.data or "",
        occasion=form.occasion.data or "",
        opening=form.opening.data or "",
        topics=tuple(TopicText(title, probes) for title, probes in form.lines()),
    )


def _filled(row: Guide) -> GuideForm:
    return _form(guides.text_of(row), str(row.revision))


def _form(text: GuideText, based_on: str) -> GuideForm:
    return GuideForm(
        formdata=None,
        data={
            "title": text.title,
            "occasion": text.occasion,
            "opening": text.opening,
            "topics": [{"title": topic.title, "probes": "\n".join(topic.probes)} for topic in text.topics],
            "based_on": based_on,
        },
    )


def _moved(form: GuideForm) -> GuideForm | None:
    """Return the form with a topic moved, dropped or added, as a button without script asked; None if none did."""
    then = request.form.get("then", "") if request.method == "POST" else ""
    found = MOVE.fullmatch(then)
    if found is None and then != "add":
        return None
    text = _text(form)
    topics = [TopicText(title, probes) for title, probes in form.rows()]
    if found is not None and int(found[2]) < len(topics):
        at = int(found[2])
        topic = topics.pop(at)
        if found[1] != "drop":
            topics.insert(max(0, at - 1) if found[1] == "up" else at + 1, topic)
    if then == "add" and len(topics) < TOPICS:
        topics.append(TopicText(""))
    return _form(GuideText(text.title, text.occasion, text.opening, tuple(topics)), form.based_on.data or "0")


def _edit_page(form: GuideForm, row: Guide | None) -> str:
    return render_template("interviews/guide_edit.html", form=form, guide=row, **suggestions(People(g.organisation)))
