"""Pages of results: two questions at once, only some people, an earlier survey, charts."""

import pytest

from core.db import db
from core.errors import DomainError
from surveys import closing, comparisons, imports, tallies
from tests.surveys.conftest import field, sample_responses


@pytest.fixture
def closed(app):
    """The sample questionnaire with the 200 invented responses, closed."""
    fielded = field(app)
    imports.import_responses(
        sample_responses(), "r.jsonl", fielded.survey, within=fielded.cast.branch, by=fielded.cast.secretary
    )
    db.session.commit()
    closing.close(fielded.survey, by=fielded.cast.secretary)
    db.session.commit()
    return fielded


def browser(app, account):
    """Return a browser in which the account is signed in."""
    client = app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = account.get_id(), True
    return client


def test_no_table_while_the_survey_is_open(fielded) -> None:
    with pytest.raises(DomainError):
        tallies.book(fielded.survey, within=fielded.cast.branch)


def test_a_table_agrees_with_its_margins_and_with_itself_turned(closed) -> None:
    book = tallies.book(closed.survey, within=closed.cast.branch)
    table, turned = book.table("q2", "q12"), book.table("q12", "q2")
    assert table is not None and turned is not None and table.turned == turned
    for head, cells in zip(table.row_heads, table.cells, strict=True):
        assert sum(cell or 0 for cell in cells) <= head.chose
        assert all(cell is None or cell >= book.floor for cell in cells)


def test_a_filter_is_nothing_but_lines_of_tables(closed) -> None:
    book = tallies.book(closed.survey, within=closed.cast.branch)
    for axis, table, _row in book.among("q1", "mech"):
        assert table is None or table == book.table("q1", axis.key)


def test_a_survey_beside_itself_has_not_changed(closed) -> None:
    book = tallies.book(closed.survey, within=closed.cast.branch)
    compared = comparisons.compare(book, book)
    assert [one.item.name for one in compared][:4] == ["q1", "q2", "q3", "q4"]
    assert not any(change.clear for one in compared for change in one.changes)
    assert all(change.now == change.before for one in compared for change in one.changes)


PATHS = (
    "results?word=食堂",
    "results/groups",
    "results/groups?rows=q2&columns=q4.canteen",
    "results/groups?rows=q1&columns=q1",
    "results/groups?rows=nonsense&columns=q1",
    "results/among",
    "results/among?who=q1:mech",
    "results/among?who=q5:canteen",
    "results/earlier",
    "results/charts/q1.svg",
)


def test_pages_are_for_those_who_may_see_results(app, closed) -> None:
    for path in PATHS:
        url = f"/app/surveys/{closed.survey.id}/{path}"
        answer = browser(app, closed.cast.secretary).get(url)
        assert answer.status_code == 200
        assert browser(app, closed.cast.outsider).get(url).status_code == 404
        assert browser(app, closed.cast.member).get(url).status_code in (403, 404)


def test_a_chart_of_words_or_of_nothing_is_not_found(app, closed) -> None:
    client = browser(app, closed.cast.secretary)
    for name in ("q13", "nonsense"):
        assert client.get(f"/app/surveys/{closed.survey.id}/results/charts/{name}.svg").status_code == 404
