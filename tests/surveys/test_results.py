"""Pages of results: two questions at once, only some people, an earlier survey, charts."""

import json
import re
from types import SimpleNamespace

import pytest

from concerns import sources
from core.db import db
from core.errors import DomainError
from core.terms import Split
from surveys import ballots, closing, comparisons, fielding, imports, invitations, tallies
from tests.surveys.conftest import sample_responses


def answered(cast, invited: int):
    """Return a survey of the sample questionnaire with the 200 invented responses, closed."""
    survey = fielding.create(cast.investigation, fielding.sample("opinion-zh"), within=cast.branch, by=cast.secretary)
    invitations.invite(survey, members=[], spares=invited, within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    imports.import_responses(sample_responses(), "r.jsonl", survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    closing.close(survey, by=cast.secretary)
    db.session.commit()
    return SimpleNamespace(survey=survey, cast=cast)


APART = re.compile("stored apart|分开保存")


@pytest.fixture
def closed(app, cast):
    """Many were invited: only what was written is stored apart."""
    found = answered(cast, 60)
    assert found.survey.split is Split.TEXTS
    return found


@pytest.fixture
def few(app, cast):
    """Few were invited: every question is stored by itself."""
    found = answered(cast, 12)
    assert found.survey.split is Split.ALL
    return found


def sample_lines() -> list[dict]:
    return [json.loads(line) for line in sample_responses().splitlines() if line.strip()]


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


def test_questions_one_can_write_words_in_are_not_crossed(closed) -> None:
    book = tallies.book(closed.survey, within=closed.cast.branch)
    assert [item.name for item in book.stored_apart] == ["q5", "q8", "q13", "q14"]
    assert not any(key.startswith("q5") for key in book.axes)
    with pytest.raises(DomainError, match=APART):
        book.table("q1", "q5")
    with pytest.raises(DomainError):
        list(book.among("q5", "canteen"))


def test_where_every_question_is_by_itself_the_page_says_why_nothing_is_crossed(app, few) -> None:
    found = tallies.results(few.survey, within=few.cast.branch)
    assert found.answered == 200 and found.complete == sum(one["complete"] for one in sample_lines())
    assert not tallies.book(few.survey, within=few.cast.branch).axes
    client = browser(app, few.cast.secretary)
    for path in ("results/groups", "results/groups?rows=q1&columns=q2", "results/among", "results/among?who=q1:mech"):
        page = client.get(f"/app/surveys/{few.survey.id}/{path}").get_data(as_text=True)
        assert "card-x empty-state" in page and APART.search(page) and '<form class="card-x pick' not in page
    for path in ("results", "results/earlier", "results/charts/q1.svg", "exports"):
        assert client.get(f"/app/surveys/{few.survey.id}/{path}").status_code == 200


def test_a_page_of_groups_names_what_cannot_be_crossed(app, closed) -> None:
    client = browser(app, closed.cast.secretary)
    for path in ("results/groups", "results/among"):
        page = client.get(f"/app/surveys/{closed.survey.id}/{path}").get_data(as_text=True)
        assert page.count("<li>5. ") == 1 and APART.search(page) and "card-x pick" in page


def test_the_numbers_are_the_same_however_it_was_taken_apart(closed) -> None:
    few = answered(closed.cast, 12)
    now, before = (tallies.results(one.survey, within=one.cast.branch) for one in (closed, few))
    for (item, tally), (_item, other) in zip(now.items, before.items, strict=True):
        assert tally == other or (item.rules and other.answered is None), item.name
    assert (now.answered, now.complete, now.channels) == (before.answered, before.complete, before.channels)


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


def test_nobody_sees_results_while_a_key_is_left(closed, app) -> None:
    folder = ballots.key_folder(closed.survey.id)
    folder.mkdir(parents=True)
    with pytest.raises(closing.BeingClosed):
        tallies.results(closed.survey, within=closed.cast.branch)
    assert list(sources.from_surveys(closed.cast.investigation)) == []
    folder.rmdir()
    assert tallies.results(closed.survey, within=closed.cast.branch).answered == 200
    assert list(sources.from_surveys(closed.cast.investigation))
