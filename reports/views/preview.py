"""Pages where a report is read before it is issued, reworded passage by passage, and given its head."""

from collections.abc import Mapping
from dataclasses import asdict

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, allowed, requires
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import PdfVariant, ReportStyle
from forms.reports import HeadForm, IssueForm, PassageForm, ShownForm
from investigations import queries as investigations
from investigations.models import Investigation
from reports import claims, compose, drafts, evidence, previews, wordings
from reports.previews import Passage
from reports.views.blueprint import asked, bp
from reports.wordings import Worded

FETCHED = "X-Requested-With"  # a script asks for one passage, not for the page


@bp.get("/investigations/<int:investigation_id>/report")
@requires(Permission.READ_REPORTS)
def preview(investigation_id: int) -> ResponseReturnValue:
    """Show the report as it stands now, block by block, with everything that may be changed in it."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    style, language = asked(request.args.get("style", ""), request.args.get("lang", ""))
    return _page(investigation, style, language)


@bp.post("/investigations/<int:investigation_id>/report/passage")
@requires(Permission.MAKE_REPORTS)
def passage(investigation_id: int) -> ResponseReturnValue:
    """Keep a passage in somebody's words, leave it out, or give it back to the program."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = PassageForm()
    if not form.sent():
        raise BadInput(_("This passage could not be saved. Nothing was changed; go back, your text is still there."))
    theirs: Worded | None = None
    overtaken, away, now = False, "", None
    try:
        now, away = _save(investigation, form)
    except wordings.Overtaken as error:
        overtaken, theirs = True, error.theirs
    key, generated = form.passage.data, wordings.tidy(form.generated.data or "")
    shown = Passage(key, generated, theirs if overtaken else now)
    state = {"mine": form.text.data, "theirs": overtaken, "away": away} if overtaken or away else {}
    style, language = ReportStyle(form.style.data), form.language.data
    if request.headers.get(FETCHED):
        page = render_template(
            "reports/passage.html",
            investigation=investigation,
            passage=shown,
            html=previews.drawn_text(shown, language),
            said=state,
            style=style,
            language=language,
            writes=True,
        )
        return page, 409 if overtaken else 200
    if state:
        page = _page(investigation, style, language, said={key: state}, status=409 if overtaken else 200)
        return page
    where = url_for("reports.preview", investigation_id=investigation.id, style=style.value, lang=language)
    return redirect(f"{where}#p-{key}")


@bp.route("/investigations/<int:investigation_id>/report/head", methods=["GET", "POST"])
@requires(Permission.MAKE_REPORTS)
def head(investigation_id: int) -> ResponseReturnValue:
    """Write what stands above and below the text."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    style, language = asked(request.values.get("style", ""), request.values.get("language", ""))
    kept = drafts.read(investigation, style=style, language=language)
    form, theirs = HeadForm(**_fields(kept, style, language)), None
    if form.sent():
        try:
            drafts.keep(
                investigation,
                _head(form),
                style=style,
                language=language,
                based_on=form.revision.data or 0,
                by=g.account,
            )
        except DomainError as error:
            form.blame(error)
            kept = drafts.read(investigation, style=style, language=language)
            theirs, form.revision.data = _differing(form, kept.head), kept.revision
        else:
            flash(_("The head of the report has been saved."), "success")
            where = {"investigation_id": investigation.id, "style": style.value, "lang": language}
            return redirect(url_for("reports.preview", **where))
    page = render_template(
        "reports/head.html", investigation=investigation, form=form, style=style, language=language, theirs=theirs
    )
    return page, 422 if form.errors or form.form_errors else 200


def _save(investigation: Investigation, form: PassageForm) -> tuple[Worded | None, str]:
    """Do what was asked with a passage; return how it is worded now, and words that were put away."""
    given = {"language": form.language.data, "based_on": form.revision.data or 0, "by": g.account}
    key = form.passage.data
    before = wordings.read(investigation, language=form.language.data).get(key)
    if form.step.data == "restore":
        gone = wordings.restore(investigation, key, **given)
        return None, gone.text if gone else ""
    if form.step.data == "leave-out":
        now = wordings.keep(investigation, key, text="", generated=form.generated.data or "", **given)
        return now, before.text if before else ""
    if not (form.text.data or "").strip():
        raise BadInput(_("An empty passage is not saved. Choose “Leave out” to take it out of the report."))
    return wordings.keep(
        investigation, key, text=form.text.data or "", generated=form.generated.data or "", **given
    ), ""


def _page(
    investigation: Investigation,
    style: ReportStyle,
    language: str,
    *,
    said: Mapping[str, Mapping[str, object]] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    """Draw the preview; `said`: passage -> what has just happened to it."""
    head = drafts.read(investigation, style=style, language=language).head
    found = evidence.gather(investigation, within=g.organisation, language=language)
    written = compose.compose(found, style=style, head=asdict(head))
    return render_template(
        "reports/preview.html",
        investigation=investigation,
        style=style,
        language=language,
        head=head,
        preview=previews.preview(
            written,
            style=style,
            worded=wordings.read(investigation, language=language),
            claims=claims.places(found.claims),
        ),
        said=said or {},
        chosen=ShownForm(formdata=None, style=style.value, language=language),
        issuing=IssueForm(formdata=None, style=style.value, language=language),
        writes=allowed(Permission.MAKE_REPORTS),
    ), status


def _fields(kept: drafts.Kept, style: ReportStyle, language: str) -> dict[str, object]:
    head = kept.head
    return {
        **{name: getattr(head, name) for name in drafts.NAMES},
        "variant": head.variant.value,
        "revision": kept.revision,
        "style": style.value,
        "language": language,
    }


def _head(form: HeadForm) -> drafts.Head:
    values = {name: form[name].data for name in drafts.NAMES}
    texts = {
        name: " ".join(value.replace("\0", "").split()) for name, value in values.items() if isinstance(value, str)
    }
    return drafts.Head(**(values | texts | {"variant": PdfVariant(form.variant.data)}))


def _differing(form: HeadForm, theirs: drafts.Head) -> list[tuple[object, object]]:
    """Return label and the other's text of every field that is not the same."""
    mine = _head(form)
    different = [name for name in drafts.NAMES if getattr(mine, name) != getattr(theirs, name)]
    return [(form[name].label.text, getattr(theirs, name)) for name in different]
