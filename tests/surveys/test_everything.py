"""Every kind of question through every page of results: both sources alike, both languages, nothing crashes."""

import re

import pytest

from core import clock
from core.db import db
from questions.base import Shape
from reports import compose, evidence
from reports import html as drawn
from reports.pdf import count_pages, print_pdf
from surveys import fielding, questionnaires, snapshots, tallies
from tests.surveys.test_results import browser
from tests.surveys.test_snapshots import every_kind, examples, stored

CHANGING = re.compile(r'(csrf[^>]*value|content|nonce)="[^"]*"')


@pytest.fixture
def survey(app, cast):
    """A closed survey of every kind of question, each twice, with eighty answers."""
    made = fielding.create(cast.investigation, every_kind(), within=cast.branch, by=cast.secretary)
    with app.test_request_context("/"):
        answers = examples(questionnaires.ready(made.version))
        stored(made, [*answers, *answers])
    made.opened_on = made.closed_on = clock.today()
    db.session.commit()
    return made


def pages(app, survey, cast, language: str) -> dict[str, str]:
    """Return every page of results by its address, without what changes from one request to the next."""
    cast.secretary.language = language
    db.session.commit()
    client = browser(app, cast.secretary)
    with app.test_request_context("/"):
        book = tallies.book(survey, within=cast.branch)
        axes = list(book.axes)
        charted = [item.name for item in book.items if book.shown[item.name].shape is not Shape.TEXTS]
    paths = ["results", "results?word=e", "results/groups", "results/among", "results/earlier", "exports"]
    paths += [f"results/groups?rows={a}&columns={b}" for a, b in zip(axes, axes[1:] + axes[:1], strict=True)]
    paths += [f"results/charts/{name}.svg" for name in charted]
    found = {}
    for path in paths:
        answer = client.get(f"/app/surveys/{survey.id}/{path}")
        assert answer.status_code == 200 or ("charts" in path and answer.status_code == 404), (path, answer.status_code)
        found[path] = CHANGING.sub("", answer.get_data(as_text=True))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_say_the_same_from_the_database_and_from_the_snapshot(app, cast, survey, monkeypatch, language) -> None:
    one = pages(app, survey, cast, language)
    monkeypatch.setattr(snapshots, "LARGE", 10)
    two = pages(app, survey, cast, language)
    assert len(one) > 40 and [path for path in one if one[path] != two[path]] == []
    assert not re.search(r"<b>\\+\\d", one["results"]), "only the net promoter score has a sign"


@pytest.mark.parametrize("style", ["gongwen", "summary"])
def test_every_kind_of_question_prints_in_the_report(app, cast, survey, style) -> None:
    with app.test_request_context("/"):
        gathered = evidence.gather(cast.investigation, within=cast.branch, language="zh")
        document = compose.compose(gathered, style=style)
        page = drawn.page(document, style=style)
        charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
        assert len(charts) > 10 and all(re.search(r"<title[^>]*>[^<]+</title>|aria-label=", chart) for chart in charts)
        assert count_pages(print_pdf(page)) > 3
