"""The page where an organisation teaches the grouping its own words."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concerns import vocabularies
from concerns.views.base import bp
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from forms.vocabulary import TryForm, VocabularyForm


@bp.route("/vocabulary", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def vocabulary() -> ResponseReturnValue:
    """Show and change the words that stay whole and those that are left out."""
    stand = vocabularies.lists(g.organisation)
    form, status, stale = VocabularyForm(obj=stand), 200, False
    if form.sent():
        try:
            vocabularies.change(
                words=form.words.data or "",
                stop=form.stop.data or "",
                seen=form.seen(),
                within=g.organisation,
                by=g.account,
            )
        except DomainError as error:
            form.blame(error)
            status, stale = error.status, error.field is None
        else:
            flash(_("The lists have been saved. They are used from the next grouping on."), "success")
            return redirect(url_for("concerns.vocabulary"))
    elif form.errors:
        status = 422
    form.revision.data = str(stand.revision)
    return _page(form, TryForm(formdata=None), other=stand if stale else None), status


@bp.post("/vocabulary/try")
@requires(Permission.CURATE_CONCERNS)
def try_vocabulary() -> ResponseReturnValue:
    """Show how a sentence is cut; sent as a form, so that no record of addresses holds it."""
    trial = TryForm()
    status = 200 if trial.sent() else 422
    form = VocabularyForm(formdata=None, obj=vocabularies.lists(g.organisation))
    return _page(form, trial), status


def _page(form: VocabularyForm, trial: TryForm, *, other: vocabularies.Lists | None = None) -> str:
    sentence = "" if trial.errors else trial.sentence.data or ""
    return render_template(
        "concerns/vocabulary.html",
        form=form,
        other=other,
        trial=trial,
        pieces=vocabularies.tried(sentence, g.organisation) if sentence else [],
        most=vocabularies.MOST,
    )
