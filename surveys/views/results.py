"""Pages of results: everything, two questions at once, those who gave one answer, and beside an earlier survey."""

import io
from typing import Any

from flask import g, render_template, request, send_file
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import NotFound
from core.i18n import _
from forms.results import AmongForm, EarlierForm, GroupsForm, WordForm
from investigations import queries as investigations
from questions.base import Shape
from surveys import comparisons, drawings, queries, quotes, statistics, summaries, tallies
from surveys.crosstabs import Book
from surveys.models import Survey
from surveys.views.blueprint import bp


def _invited(survey: Survey, answered: int) -> int | None:
    """Return how many were invited, None where more answered than codes tell (a link for everybody)."""
    invited = queries.invited(survey)
    return invited if invited >= answered else None


def _common(survey: Survey, page: str) -> dict[str, Any]:
    return {
        "survey": survey,
        "investigation": investigations.investigation(survey.investigation_id, within=g.organisation),
        "page": page,
    }


@bp.get("/app/surveys/<int:survey_id>/results")
@requires(Permission.SEE_RESULTS)
def results(survey_id: int) -> ResponseReturnValue:
    """Show what a closed survey says, small groups hidden."""
    survey = queries.survey(survey_id, within=g.organisation)
    found = tallies.results(survey, within=g.organisation)
    invited = _invited(survey, found.answered)
    form = WordForm(request.args)
    word = (form.word.data or "").strip()[:40].casefold()
    if request.args.get("texts"):
        return _own_words(survey, found, word)
    return render_template(
        "surveys/results.html",
        **_common(survey, "results"),
        results=found,
        invited=invited,
        charts={item.name: drawings.drawn(item, tally) for item, tally in found.items},
        summaries={item.name: summaries.summaries(item, tally, invited=invited) for item, tally in found.items},
        margin=summaries.margin(found.answered, invited) if found.items else "",
        form=form,
        word=word,
        quotes={item.name: quotes.few(item, tally, word) for item, tally in found.items},
    )


def _own_words(survey: Survey, found: tallies.Results, word: str) -> ResponseReturnValue:
    """Show what people wrote on one question, a page at a time."""
    page = request.args.get("page", 1, type=int)
    item, listed = quotes.paged(found.items, request.args["texts"], word, page)
    return render_template(
        "surveys/results_texts.html", **_common(survey, "results"), item=item, quotes=listed, word=word
    )


@bp.get("/app/surveys/<int:survey_id>/results/groups")
@requires(Permission.SEE_RESULTS)
def groups(survey_id: int) -> ResponseReturnValue:
    """Show two questions at once: how each group answered."""
    survey = queries.survey(survey_id, within=g.organisation)
    book = tallies.book(survey, within=g.organisation)
    form = GroupsForm(request.args)
    form.offer([(key, f"{axis.item.number}. {axis.label}") for key, axis in book.axes.items()])
    chosen = form.rows.data in book.axes and form.columns.data in book.axes
    table = book.table(form.rows.data, form.columns.data) if chosen else None
    answered = book.source.size()
    invited = _invited(survey, answered)
    return render_template(
        "surveys/results_groups.html",
        **_common(survey, "groups"),
        form=form,
        chosen=chosen,
        table=table,
        chart=drawings.drawn_table(table) if table else None,
        said=statistics.reading(table, answered=answered, invited=invited) if table else [],
        enough=bool(book.axes),
        apart=book.stored_apart,
        floor=book.floor,
    )


@bp.get("/app/surveys/<int:survey_id>/results/among")
@requires(Permission.SEE_RESULTS)
def among(survey_id: int) -> ResponseReturnValue:
    """Show every question among those who gave one answer: one line of each table of two questions."""
    survey = queries.survey(survey_id, within=g.organisation)
    book = tallies.book(survey, within=g.organisation)
    form = AmongForm(request.args)
    answers = _answers(book)
    form.offer([(key, label) for key, (_axis, _value, label) in answers.items()])
    slices, told = [], ""
    if form.who.data in answers:
        key, value, told = answers[form.who.data]
        slices = list(book.among(key, value))
    return render_template(
        "surveys/results_among.html",
        **_common(survey, "among"),
        form=form,
        told=told,
        slices=slices,
        enough=bool(book.axes),
        apart=book.stored_apart,
        floor=book.floor,
    )


def _answers(book: Book) -> dict[str, tuple[str, str, str]]:
    """Return every answer results may be shown of: its name in the address, its axis, its value and its words."""
    found = {}
    for key, axis in book.axes.items():
        for variable in axis.variables:
            for value, label in variable.shown:
                name = variable.name if axis.marks else value
                words = _("%(question)s: %(answer)s", question=axis.label, answer=label)
                found[f"{key}:{name}"] = key, name, f"{axis.item.number}. {words}"
    return found


@bp.get("/app/surveys/<int:survey_id>/results/earlier")
@requires(Permission.SEE_RESULTS)
def earlier(survey_id: int) -> ResponseReturnValue:
    """Show every question beside the same question of an earlier survey."""
    survey = queries.survey(survey_id, within=g.organisation)
    book = tallies.book(survey, within=g.organisation)
    others = {str(other.id): other for other in comparisons.earlier(survey, within=g.organisation)}
    form = EarlierForm(request.args)
    form.offer([(key, f"{other.version.title} ({other.closed_on})") for key, other in others.items()])
    compared, other = [], others.get(form.earlier.data or "")
    if other is not None:
        before = tallies.book(other, within=g.organisation)
        people = _invited(survey, book.source.size()), _invited(other, before.source.size())
        compared = comparisons.compare(book, before, invited=people)
    return render_template(
        "surveys/results_earlier.html",
        **_common(survey, "earlier"),
        form=form,
        other=other,
        others=others,
        compared=compared,
        said=comparisons.reading(compared) if compared else "",
    )


@bp.get("/app/surveys/<int:survey_id>/results/charts/<name>.svg")
@requires(Permission.SEE_RESULTS)
def chart(survey_id: int, name: str) -> ResponseReturnValue:
    """Send the chart of one question as SVG."""
    survey = queries.survey(survey_id, within=g.organisation)
    found = tallies.results(survey, within=g.organisation)
    for item, tally in found.items:
        drawn = drawings.drawn(item, tally) if item.name == name and tally.shape is not Shape.TEXTS else None
        if drawn is not None:
            return send_file(
                io.BytesIO(drawn.wide.encode()),
                mimetype="image/svg+xml",
                as_attachment=True,
                download_name=f"{survey.version.title}-{name}.svg",
            )
    raise NotFound(_("There is no chart of this question."))
