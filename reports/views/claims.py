"""Page where causes, proposals and achievements are written line by line, each with what it rests on."""

from collections.abc import Mapping

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import BadInput, DomainError
from core.i18n import _
from forms.reports import ClaimForm
from investigations import queries as investigations
from investigations.models import Investigation
from reports import claims as written
from reports.views.blueprint import bp

NEW = -1


@bp.get("/investigations/<int:investigation_id>/report/claims")
@requires(Permission.MAKE_REPORTS)
def claims(investigation_id: int) -> ResponseReturnValue:
    """Show every line with what it rests on, one of them open to be written."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    return _page(investigation, _opened(request.args.get("edit", "")))


@bp.post("/investigations/<int:investigation_id>/report/claims")
@requires(Permission.MAKE_REPORTS)
def claim(investigation_id: int) -> ResponseReturnValue:
    """Write, move or delete one line."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = ClaimForm()
    if not form.sent():
        if form.part.errors or form.step.errors or form.place.errors:
            raise BadInput(_("This line could not be saved. Nothing was changed; go back, your text is still there."))
        return _page(investigation, (form.part.data, _place(form)), form), 422
    part, place = form.part.data, _place(form)
    given = {"based_on": form.revision.data or 0, "by": g.account}
    try:
        if form.step.data == "delete":
            text, grounds = written.remove(investigation, part, place, **given)
            taken = {"part": part, "place": place, "text": text, "grounds": grounds}
            return _page(investigation, None, taken=taken)
        if form.step.data in ("up", "down"):
            place = written.move(investigation, part, place, -1 if form.step.data == "up" else 1, **given)
        elif form.step.data == "insert":
            written.insert(investigation, part, place, form.text.data or "", form.grounds.data or [], **given)
        else:
            text, grounds = form.text.data or "", form.grounds.data or []
            place = written.put(investigation, part, place, text, grounds, **given)
            flash(_("The line has been saved."), "success")
    except DomainError as error:
        form.blame(error)
        form.revision.data = investigation.revision
        return _page(investigation, (part, place), form), error.status
    return redirect(url_for("reports.claims", investigation_id=investigation.id) + f"#{part}-{place}")


def _place(form: ClaimForm) -> int:
    return NEW if form.place.data is None else form.place.data


def _opened(asked: str) -> tuple[str, int] | None:
    """Read which line is to be written: "causes-2", "proposals-new"."""
    part, _dash, place = asked.partition("-")
    if part not in written.PARTS:
        return None
    return part, int(place) if place.isascii() and place.isdecimal() and len(place) < 5 else NEW


def _page(
    investigation: Investigation,
    opened: tuple[str, int] | None,
    form: ClaimForm | None = None,
    *,
    taken: Mapping[str, object] | None = None,
) -> str:
    """Draw the page; `form`: what somebody typed and could not be saved, `taken`: a line just deleted."""
    offered = written.offers(investigation)
    parts = {part: written.told(investigation, part, offered) for part in written.PARTS}
    opened_form = form
    if opened and form is None:
        part, place = opened
        line = parts[part][place] if 0 <= place < len(parts[part]) else None
        opened_form = ClaimForm(
            formdata=None,
            part=part,
            place=place if line else NEW,
            text=line.text if line else "",
            grounds=[written.name(trace) for trace in line.grounds] if line else [],
            revision=investigation.revision,
        )
    return render_template(
        "reports/claims.html",
        investigation=investigation,
        parts=parts,
        titles=written.titles(),
        offers=offered,
        name=written.name,
        address=written.address,
        opened=(opened_form.part.data, _place(opened_form)) if opened_form else None,
        form=opened_form,
        taken=taken,
    )
