"""The designer's page and every change it can make; each is a plain form post that leads back to the page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError, NotFound, Stale
from core.headers import CONTENT_SECURITY_POLICY
from core.i18n import LANGUAGES, _
from forms import conditions
from forms.instruments import HeadForm, ItemForm
from forms.words import with_words, words
from questions import types
from questions.rule_text import RuleSyntax
from surveys import arranging, bank, boards, designing, drafts, texts
from surveys.definitions import spoken
from surveys.models import Instrument
from surveys.views.blueprint import bp

Change = Callable[[Instrument, int], Any]
CHECKS = 50


def found(instrument_id: int) -> Instrument:
    """Return the instrument the address names."""
    return designing.instrument(instrument_id, within=g.organisation)


def revision() -> int:
    """Return the revision the form was opened with; what is no number matches none."""
    text = request.form.get("revision", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def framed(page: str, status: int = 200) -> ResponseReturnValue:
    """Return a page that may show the preview, which is ours, in a frame."""
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


def changing(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Let a change that comes too late show both states, and one that is refused say why on the page."""

    @wraps(view)
    def guarded(instrument_id: int, **given: Any) -> ResponseReturnValue:
        instrument = found(instrument_id)
        try:
            return view(instrument, **given)
        except Stale as stale:
            return _stale(instrument, stale), 409
        except NotFound:
            raise
        except DomainError as error:
            flash(str(error), "warning")
            return _back(instrument, request.form.get("item", ""))

    return guarded


def _back(instrument: Instrument, item: str = "", **more: str) -> ResponseReturnValue:
    chosen: dict[str, Any] = {**({"item": item} if item else {}), **more}
    return redirect(url_for("surveys.design", instrument_id=instrument.id, **chosen), 303)


def _stale(instrument: Instrument, stale: Stale) -> str:
    """Show what was sent beside what is stored now; one press sends it again over the newer state."""
    sent = [(name, value) for name, values in request.form.lists() for value in values]
    own, item, rows = spoken(instrument.definition), request.form.get("item", ""), []
    stored = next((one for one in drafts.items(instrument.definition) if one.get("id") == item), None)
    if stored is not None and "title" in request.form:
        form = ItemForm(stored, own, {}, request.form)
        for key, value in form.merged.items():
            if value != stored.get(key):
                rows.append((key, _words(value, own), _words(stored.get(key), own)))
    again = [(name, value) for name, value in sent if name not in ("csrf_token", "revision")]
    return render_template(
        "surveys/design/stale.html", instrument=instrument, message=str(stale), rows=rows, again=again, item=item
    )


def _words(value: Any, own: str) -> str:
    if isinstance(value, list):
        return "\n".join(_words(part, own) for part in value)
    if isinstance(value, dict) and "t" in value:
        return words(value["t"], own, own)
    if value is None or isinstance(value, bool):
        return _("yes") if value else _("no")
    return words(value, own, own) or str(value)


# --- the page


@bp.get("/app/instruments/<int:instrument_id>")
@requires(Permission.MANAGE_SURVEYS)
def design(instrument_id: int) -> ResponseReturnValue:
    """Show the designer: outline, editor of what is chosen, preview, proof."""
    instrument = found(instrument_id)
    return framed(_page(instrument, request.args.get("item", ""), request.args.get("section", "")))


def _page(instrument: Instrument, item: str, section: str = "", form: ItemForm | None = None) -> str:
    board, draft = boards.board(instrument), instrument.definition
    chosen = next((one for one in drafts.items(draft) if one.get("id") == item), None)
    part = next((one for one in draft["sections"] if one["id"] == section), None)
    head = HeadForm(
        formdata=None,
        title=words(draft.get("title"), board.own, board.own),
        intro=words(draft.get("intro"), board.own, board.own),
        languages=board.languages,
    )
    return render_template(
        "surveys/design/page.html",
        instrument=instrument,
        board=board,
        item=item if chosen else "",
        section=part,
        section_rule=conditions.shown(part.get("show_if"), board.values) if part else None,
        form=form or (ItemForm(chosen, board.own, board.values) if chosen else None),
        head=head,
        checks=[] if chosen or part else _checks(draft, board),
        types=types,
        operators=conditions.OPERATORS,
        said=words,
    )


def _checks(draft: dict[str, Any], board: boards.Board) -> list[dict[str, str]]:
    shown = [
        {
            "rule": conditions.shown(check.get("rule"), {}).text,
            "message": words(check.get("message"), board.own, board.own),
            "at": str(check.get("at", "")),
        }
        for check in draft.get("checks", ())
    ]
    return [*shown, {"rule": "", "message": "", "at": ""}]


# --- changes of items


@bp.post("/app/instruments/<int:instrument_id>/items")
@requires(Permission.MANAGE_SURVEYS)
@changing
def add_item(instrument: Instrument) -> ResponseReturnValue:
    """Add a question of a kind behind the chosen one, or at the end of a section."""
    where, place = spot(instrument)
    return _back(
        instrument, designing.add_item(instrument, revision(), request.form.get("kind", ""), where=where, place=place)
    )


def spot(instrument: Instrument) -> tuple[str, int | None]:
    """Return where a new question goes: behind the item the form names, else at the end of its or the last section."""
    draft, after = instrument.definition, request.form.get("after", "")
    for section in draft["sections"]:
        for place, item in enumerate(section["items"]):
            if after and item.get("id") == after:
                return section["id"], place + 1
    wanted = request.form.get("section", "")
    known = [section["id"] for section in draft["sections"]]
    return (wanted if wanted in known else known[-1]), None


@bp.post("/app/instruments/<int:instrument_id>/item")
@requires(Permission.MANAGE_SURVEYS)
@changing
def change_item(instrument: Instrument) -> ResponseReturnValue:
    """Take the editor's form: words, settings, lists, rule and jumps of one question."""
    name = request.form.get("item", "")
    board = boards.board(instrument)
    form = ItemForm(drafts.item(instrument.definition, name), board.own, board.values, request.form)
    if form.errors:
        if instrument.revision != revision():
            raise Stale(_("Somebody changed this questionnaire meanwhile. Nothing of theirs was overwritten."))
        return framed(_page(instrument, name, form=form), 422)
    form.act(request.form.get("do", ""))
    designing.set_item(instrument, revision(), name, form.changes)
    return _back(instrument, name)


@bp.post("/app/instruments/<int:instrument_id>/item/act")
@requires(Permission.MANAGE_SURVEYS)
@changing
def act_on_item(instrument: Instrument) -> ResponseReturnValue:
    """Move, duplicate or delete a question, keep it in the bank, change its kind or its id."""
    do, _dot, name = request.form.get("do", "").partition(".")
    name = name or request.form.get("item", "")
    if do in ("up", "down"):
        designing.nudge_item(instrument, revision(), name, -1 if do == "up" else 1)
    elif do == "move":
        place = request.form.get("place", "")
        at = int(place) if place.isascii() and place.isdecimal() and len(place) < 6 else 0
        designing.move_item(instrument, revision(), name, where=request.form.get("section", ""), place=at)
    elif do == "duplicate":
        name = designing.duplicate_item(instrument, revision(), name)
    elif do == "delete":
        designing.delete_item(instrument, revision(), name)
        flash(_("The question was deleted. “Undo” brings it back."), "success")
        return _back(instrument, request.form.get("next", ""))
    elif do == "keep":
        bank.keep(instrument, name, within=g.organisation, by=g.account)
        flash(_("The question is in the bank now."), "success")
    elif do == "kind":
        arranging.set_kind(instrument, revision(), name, request.form.get("kind", ""))
    elif do == "rename":
        new = request.form.get("id", "").strip()
        designing.rename_item(instrument, revision(), name, new)
        name = new
    chosen = request.form.get("chosen", name)
    return _back(instrument, chosen if do in ("up", "down", "move") else name)


# --- changes of sections and of the whole


@bp.post("/app/instruments/<int:instrument_id>/section")
@requires(Permission.MANAGE_SURVEYS)
@changing
def change_section(instrument: Instrument) -> ResponseReturnValue:
    """Add, move or delete a section, or take its form."""
    do, _dot, name = request.form.get("do", "").partition(".")
    name = name or request.form.get("section", "")
    known = [section["id"] for section in instrument.definition["sections"]]
    if do == "add":
        name = arranging.add_section(instrument, revision(), after=name)
    elif do in ("up", "down") and name in known:
        arranging.move_section(instrument, revision(), name, known.index(name) + (-1 if do == "up" else 1))
    elif do == "delete":
        arranging.delete_section(instrument, revision(), name)
        flash(_("The section was deleted with its questions. “Undo” brings it back."), "success")
        return _back(instrument)
    else:
        _set_section(instrument, drafts.section(instrument.definition, name))
    return _back(instrument, section=name)


def _set_section(instrument: Instrument, section: dict[str, Any]) -> None:
    own, sent = spoken(instrument.definition), request.form
    try:
        rule = conditions.told(sent, "rule", boards.board(instrument).values)
    except RuleSyntax as error:
        raise DomainError(_("The rule cannot be read: %(error)s", error=error)) from error
    values: dict[str, Any] = {
        key: with_words(section.get(key), own, own, sent.get(key, "").strip().replace("\r\n", "\n")[:most])
        for key, most in (("title", 200), ("intro", 4000))
    }
    if not values["intro"] and "intro" not in section:
        del values["intro"]
    values |= {"show_if": rule, "shuffle": True if sent.get("shuffle") else None}
    arranging.set_section(instrument, revision(), section["id"], values)


@bp.post("/app/instruments/<int:instrument_id>/head")
@requires(Permission.MANAGE_SURVEYS)
@changing
def change_head(instrument: Instrument) -> ResponseReturnValue:
    """Take title, introduction and languages."""
    form = HeadForm()
    if not form.sent():
        raise DomainError(" ".join(str(error) for errors in form.errors.values() for error in errors))
    arranging.set_head(
        instrument,
        revision(),
        title=form.title.data.strip(),
        intro=(form.intro.data or "").strip().replace("\r\n", "\n"),
        languages=form.languages.data or [],
    )
    return _back(instrument)


@bp.post("/app/instruments/<int:instrument_id>/checks")
@requires(Permission.MANAGE_SURVEYS)
@changing
def change_checks(instrument: Instrument) -> ResponseReturnValue:
    """Take the checks across questions."""
    own, old = spoken(instrument.definition), instrument.definition.get("checks", [])
    columns = [request.form.getlist(f"check.{part}")[:CHECKS] for part in ("rule", "message", "at")]
    checks = []
    for place, (rule, message, at) in enumerate(zip(*columns, strict=False)):
        if not rule.strip():
            continue
        before = old[place].get("message") if place < len(old) else ""
        try:
            read = conditions.parsed(rule)
        except RuleSyntax as error:
            raise DomainError(_("The rule cannot be read: %(error)s", error=error)) from error
        checks.append({"rule": read, "message": with_words(before, own, own, message.strip()[:500]), "at": at[:40]})
    arranging.set_checks(instrument, revision(), checks)
    return _back(instrument)


@bp.post("/app/instruments/<int:instrument_id>/history")
@requires(Permission.MANAGE_SURVEYS)
@changing
def step_back(instrument: Instrument) -> ResponseReturnValue:
    """Undo the last change, or do it again."""
    if request.form.get("do") == "redo":
        said = designing.redo(instrument, revision())
        flash(_("Done again – %(what)s", what=said) if said else _("There is nothing to do again."), "success")
    else:
        said = designing.undo(instrument, revision())
        flash(_("Undone – %(what)s", what=said) if said else _("There is nothing to undo."), "success")
    return _back(instrument, request.form.get("item", ""))


# --- words side by side


@bp.route("/app/instruments/<int:instrument_id>/words", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def translate(instrument_id: int) -> ResponseReturnValue:
    """Show all words in Chinese and English side by side, and take them."""
    return _take_words(instrument_id) if request.method == "POST" else _words_page(found(instrument_id))


def _words_page(instrument: Instrument) -> str:
    listed = texts.listed(instrument.definition)
    return render_template(
        "surveys/design/words.html",
        instrument=instrument,
        texts=listed,
        own=spoken(instrument.definition),
        lines={line.name: line for part in boards.board(instrument).parts for line in part.lines},
        missing={code: sum(text.missing(code) for text in listed) for code in LANGUAGES},
    )


def _take_words(instrument_id: int) -> ResponseReturnValue:
    return _save_words(instrument_id=instrument_id)


@changing
def _save_words(instrument: Instrument) -> ResponseReturnValue:
    said: dict[str, dict[str, str]] = {}
    for text in texts.listed(instrument.definition):
        for code in LANGUAGES:
            sent = request.form.get(f"{code}.{text.path}")
            given = sent.strip().replace("\r\n", "\n")[:4000] if sent is not None else None
            if given is not None and given != text.words.get(code, ""):
                said.setdefault(code, {})[text.path] = given
    if said or instrument.revision != revision():
        arranging.set_texts(instrument, revision(), said)
    flash(_("The words have been saved."), "success")
    return redirect(url_for("surveys.translate", instrument_id=instrument.id), 303)
