"""The columnar snapshot gives the very same counts as the database, whatever was answered."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import db
from core.terms import Channel, SurveyState
from questions import types
from questions.paths import walk
from surveys import closing, fielding, imports, queries, questionnaires, snapshots
from surveys.counting import AnswersSource, Given
from surveys.models import Response
from tests.conftest import people
from tests.questions.examples import EXAMPLES
from tests.surveys.conftest import sample_responses


def stored(survey, answers: list[dict]) -> None:
    survey.state = SurveyState.CLOSED
    for number, given_ in enumerate(answers):
        channel = list(Channel)[number % 3]
        db.session.add(
            Response(id=f"{number:032}", survey_id=survey.id, channel=channel, complete=number % 4 > 0, answers=given_)
        )
    db.session.commit()


def every_kind() -> dict:
    """Return an instrument with every kind of question, each a second time under a condition and after a jump."""
    items = []
    for key in EXAMPLES:
        kind = types[key]
        definition = {**EXAMPLES[key].definition, "id": f"{key}", "title": f"{key}?"}
        items.append(definition)
        if kind.answerable:
            items.append({**definition, "id": f"{key}_2", "show_if": {"item": "single", "op": "==", "value": "x"}})
    return {"title": "All", "lang": "en", "items": items}


@pytest.fixture
def survey(app, cast):
    return fielding.create(cast.investigation, every_kind(), within=cast.branch, by=cast.secretary)


def both(survey):
    asked = questionnaires.ready(survey.version)
    rows = queries.responses(survey)
    given_ = [Given(row.channel, row.complete, row.answers, row.part) for row in rows]
    truth = AnswersSource(asked.items, given_, split=survey.split)
    return asked, truth, snapshots.SnapshotSource(snapshots.build(survey, asked), asked, split=survey.split)


def agree(asked, truth, snapshot) -> None:
    assert (truth.size(), truth.complete(), truth.channels()) == (
        snapshot.size(), snapshot.complete(), snapshot.channels(),
    )  # fmt: skip
    closed = [item for item in asked.items if item.kind.answerable]
    for item in closed:
        one, other = truth.counts(item), snapshot.counts(item)
        assert (one.asked, one.answered, one.skipped) == (other.asked, other.answered, other.skipped), item.name
        assert one.by == other.by, item.name
        assert {key: sorted(texts) for key, texts in one.texts.items()} == {
            key: sorted(texts) for key, texts in other.texts.items()
        }, item.name
    for a in closed[::3]:
        for b in closed[1::4]:
            if a is not b and not {a.name, b.name} & truth.apart:
                assert truth.cross(a, b) == snapshot.cross(a, b), (a.name, b.name)


def examples(asked) -> list[dict]:
    """Return forty responses made of the kinds' own examples, with gaps, cut to their path."""
    responses = []
    for number in range(40):
        answers: dict = {}
        for place, item in enumerate(asked.items):
            example = EXAMPLES[item.kind.key]
            choices = [example.kept, *example.others]
            if item.kind.answerable and (number * 7 + place) % 3:
                for key, value in choices[(number + place) % len(choices)].items():
                    answers[key.replace("q", item.name, 1)] = value
        if number % 2:
            answers["single"] = "x"
        responses.append(walk(asked.items, answers)[1])
    return responses


def test_every_kind_of_question_counts_alike(app, survey) -> None:
    with app.test_request_context("/"):
        asked = questionnaires.ready(survey.version)
        stored(survey, examples(asked))
        agree(*both(survey))


def test_the_sample_counts_alike(app, cast) -> None:
    survey = fielding.create(cast.investigation, fielding.sample("opinion-zh"), within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    imports.import_responses(
        sample_responses(), "r.jsonl", survey, within=cast.branch, by=cast.secretary, channel=Channel.IMPORTED
    )
    db.session.commit()
    closing.close(survey, by=cast.secretary)
    agree(*both(survey))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sets(st.sampled_from("xyz")), st.integers(1, 5)), max_size=30))
def test_any_answers_count_alike(app, cast, drawn) -> None:
    options = [{"v": v, "t": v} for v in "xyz"]
    definition = {
        "title": "T",
        "items": [
            {"id": "a", "type": "single", "title": "A", "options": options,
             "jumps": [{"if": {"item": "a", "op": "==", "value": "z"}, "to": "c"}]},
            {"id": "b", "type": "multi", "title": "B", "options": options},
            {"id": "c", "type": "scale", "title": "C", "scale": {"min": 1, "max": 5},
             "show_if": {"item": "a", "op": "!=", "value": "y"}},
        ],
    }  # fmt: skip
    survey = fielding.create(cast.investigation, definition, within=cast.branch, by=cast.secretary)
    asked = questionnaires.ready(survey.version)
    whole = [{"a": a, **({"b": sorted(b)} if b else {}), "c": c} for a, b, c in drawn]
    db.session.query(Response).delete()
    stored(survey, [walk(asked.items, answers)[1] for answers in whole])
    agree(*both(survey))


def test_a_snapshot_is_private_whole_and_made_again_when_it_does_not_fit(app, survey) -> None:
    with app.test_request_context("/"):
        asked = questionnaires.ready(survey.version)
        stored(survey, examples(asked))
        path = snapshots.ready(survey, asked)
        assert os.stat(path).st_mode & 0o777 == 0o600 and os.stat(path.parent).st_mode & 0o777 == 0o700
        assert snapshots.fresh(survey, path)
        db.session.delete(queries.responses(survey)[0])
        db.session.commit()
        assert not snapshots.fresh(survey, path)
        assert len(list(snapshots.rows(survey, asked))) == 39
        assert [child.name for child in path.parent.iterdir()] == [path.name], "nothing half-made is left"


def test_rows_come_back_as_they_were(app, survey) -> None:
    with app.test_request_context("/"):
        asked = questionnaires.ready(survey.version)
        answers = examples(asked)
        stored(survey, answers)
        items = [item for item in asked.items if item.kind.answerable]
        wanted = [[cell for item in items for cell in item.kind.cells(given_, item)] for given_ in answers]
        assert [list(row[1:]) for row in snapshots.rows(survey, asked)] == wanted


def test_progress_reported_between_two_lots_ends_no_cursor(any_app, monkeypatch) -> None:
    """A report of progress ends the transaction; on PostgreSQL a cursor that was open then is gone."""
    cast = people(any_app)
    with any_app.test_request_context("/"):
        survey = fielding.create(cast.investigation, every_kind(), within=cast.branch, by=cast.secretary)
        asked = questionnaires.ready(survey.version)
        stored(survey, examples(asked))
        monkeypatch.setattr(snapshots, "CHUNK", 7)
        told = []

        def progress(share: float) -> None:
            told.append(share)
            db.session.rollback()

        path = snapshots.build(survey, asked, progress=progress)
        assert len(told) > 3 and snapshots.fresh(survey, path)
        assert len(list(snapshots.rows(survey, asked))) == 40
