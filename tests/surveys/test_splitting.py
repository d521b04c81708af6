"""Answers taken apart count as whole ones do, cannot be put together again, and tell nothing more than before."""

import json
import random
import secrets
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest

from concerns import sources
from core.db import db
from core.terms import Access, Channel, Secrecy, Split, SurveyState
from members import rules
from questions import types
from questions.paths import part, walk
from surveys import fielding, invitations, proof, queries, questionnaires, snapshots, splitting, suppression, tallies
from surveys.counting import AnswersSource, Given, Totals
from surveys.models import Response
from surveys.splitting import StoredApart
from tests.questions.examples import EXAMPLES

KINDS = [key for key in EXAMPLES if types[key].answerable]
YES, NO = {"v": "x", "t": "Yes"}, {"v": "y", "t": "No"}


@dataclass(frozen=True)
class Content:
    """One opened answer."""

    channel: Channel
    complete: bool
    answers: dict[str, Any]


def instrument(rng: random.Random) -> dict[str, Any]:
    """Return a questionnaire made up: questions of any kind under rules, jumps and options not for everybody."""
    items: list[dict[str, Any]] = []
    for place in range(12):
        key = rng.choice([*KINDS, "single", "multi", "short_text"])
        made = {**json.loads(json.dumps(EXAMPLES[key].definition)), "id": f"i{place}", "title": f"About {place}"}
        if items and rng.random() < 0.4:
            made["show_if"] = rule(rng, items)
        if place < 10 and rng.random() < 0.15:
            made["jumps"] = [{"if": rule(rng, [*items, made]), "to": rng.choice([f"i{place + 2}", "end"])}]
        if items and key in ("single", "multi") and rng.random() < 0.4:
            made["options"][1]["show_if"] = rule(rng, items)
        items.append(made)
    return {"title": "Made up", "lang": "en", "items": items}


def sound(rng: random.Random) -> dict[str, Any]:
    """Return one that may be frozen: every question of it can be reached."""
    return next(made for made in iter(lambda: instrument(rng), None) if not proof.prove(made).errors)


def rule(rng: random.Random, items: list[dict[str, Any]]) -> dict[str, Any]:
    of = rng.choice(items)
    op = {"single": "==", "multi": "contains"}.get(of["type"]) if rng.random() < 0.8 else None
    return {"item": of["id"], "op": op, "value": rng.choice("xy")} if op else {"item": of["id"], "op": "answered"}


def people(asked: questionnaires.Ready, rng: random.Random, size: int) -> list[Content]:
    """Return made up answers, some of them with gaps, by every door."""
    came = []
    for _person in range(size):
        answers: dict[str, Any] = {}
        for item in asked.items:
            example = EXAMPLES[next(key for key in KINDS if types[key] is item.kind)]
            if rng.random() < 0.75:
                chosen = rng.choice([example.kept, *example.others])
                answers |= {key.replace("q", item.name, 1): value for key, value in chosen.items()}
        kept = walk(asked.items, answers)[1]
        came.append(Content(rng.choice(list(Channel)), rng.random() < 0.8, kept))
    return came


def given(contents: list[Content], asked: questionnaires.Ready, split: Split) -> list[Given]:
    """Return the rows of answers as they lie in the database: all of them shuffled."""
    rows = [row for content in contents for row in splitting.rows(content, asked, split)]
    random.SystemRandom().shuffle(rows)
    return [Given(row["channel"], row["complete"], row["answers"], row["part"]) for row in rows]


def totals(contents: list[Content]) -> Totals:
    doors = [content.channel for content in contents]
    return Totals(sum(c.complete for c in contents), {door: doors.count(door) for door in set(doors)})


def stored(survey, contents: list[Content], split: Split) -> None:
    """Put the survey's answers into the database as closing does."""
    asked = questionnaires.ready(survey.version)
    db.session.query(Response).filter_by(survey_id=survey.id).delete()
    rows = [row for content in contents for row in splitting.rows(content, asked, split)]
    for row in rows:
        db.session.add(Response(id=secrets.token_hex(16), survey_id=survey.id, **row))
    counted = totals(contents)
    survey.split, survey.state = split, SurveyState.CLOSED
    survey.tally = {
        "counted": len(contents),
        "complete": counted.complete,
        "channels": {channel.value: number for channel, number in counted.channels.items()},
    }
    db.session.commit()


def alike(items, truth, source) -> None:
    assert (source.size(), source.complete(), source.channels()) == (
        truth.size(), truth.complete(), truth.channels(),
    )  # fmt: skip
    for item in items:
        one, other = truth.counts(item), source.counts(item)
        assert (one.asked, one.answered, one.skipped) == (other.asked, other.answered, other.skipped), item
        assert one.by == other.by, item
        assert {key: sorted(said) for key, said in one.texts.items()} == {
            key: sorted(said) for key, said in other.texts.items()
        }, item


def crossed_alike(items, truth, source) -> None:
    for place, a in enumerate(items):
        for b in items[place + 1 :]:
            if {a.name, b.name} & source.apart:
                with pytest.raises(StoredApart):
                    source.cross(a, b)
            else:
                assert truth.cross(a, b) == source.cross(a, b), (a.name, b.name)


@pytest.mark.parametrize("seed", range(20))
def test_any_survey_counts_alike_however_it_is_taken_apart(app, seed) -> None:
    rng = random.Random(seed)
    with app.test_request_context("/"):
        asked = questionnaires.prepare(instrument(rng))
        contents = people(asked, rng, 60)
        items = [item for item in asked.items if item.kind.answerable]
        truth = AnswersSource(asked.items, given(contents, asked, Split.NONE), known=totals(contents))
        for split in Split:
            known = totals(contents)
            source = AnswersSource(asked.items, given(contents, asked, split), split=split, known=known)
            alike(items, truth, source)
            crossed_alike(items, truth, source)


@pytest.mark.parametrize("seed", range(100, 103))
def test_the_snapshot_counts_alike_too(app, cast, seed) -> None:
    rng = random.Random(seed)
    survey = fielding.create(cast.investigation, sound(rng), within=cast.branch, by=cast.secretary)
    with app.test_request_context("/"):
        asked = questionnaires.ready(survey.version)
        contents = people(asked, rng, 25)
        items = [item for item in asked.items if item.kind.answerable]
        truth = AnswersSource(asked.items, given(contents, asked, Split.NONE), known=totals(contents))
        for split in Split:
            stored(survey, contents, split)
            known = totals(contents)
            path = snapshots.build(survey, asked)
            assert snapshots.fresh(survey, path) and queries.received(survey) == 25
            source = snapshots.SnapshotSource(path, asked, split=split, known=known)
            alike(items, truth, source)
            crossed_alike(items, truth, source)
            alike(items, truth, tallies.source(survey, asked))
            if source.apart:
                with pytest.raises(StoredApart):
                    next(snapshots.rows(survey, asked))


def test_many_chunks_make_one_snapshot(app, cast, monkeypatch) -> None:
    monkeypatch.setattr(snapshots, "CHUNK", 7)
    test_the_snapshot_counts_alike_too(app, cast, 3)


@pytest.mark.parametrize("seed", range(200, 210))
def test_what_lies_in_the_database_is_only_what_belongs_to_the_part(app, seed) -> None:
    rng = random.Random(seed)
    with app.test_request_context("/"):
        asked = questionnaires.prepare(instrument(rng))
        for content in people(asked, rng, 20):
            led_to = {item.name for item in walk(asked.items, content.answers)[0]}
            for split in (Split.TEXTS, Split.ALL):
                rows = {row["part"]: row for row in splitting.rows(content, asked, split)}
                alone = splitting.apart(asked.items, split)
                assert rows.keys() - {""} == alone or not alone
                for name in alone:
                    item, answers = asked.item(name), rows[name]["answers"]
                    own = part(content.answers, item)
                    assert answers == ({} if name not in led_to else own or {name: None})
                    assert rows[name]["channel"] is None and rows[name]["complete"] is True
                if split is Split.ALL:
                    assert "" not in rows
                elif alone:
                    keys = {key for name in alone for key in asked.item(name).kind.answer_keys(asked.item(name))}
                    assert not keys & rows[""]["answers"].keys()


@pytest.mark.parametrize("seed", range(300, 315))
def test_the_rest_does_not_depend_on_what_was_written(app, seed) -> None:
    """Change every word of a person, or take it away: the row of what stayed together is the very same."""
    rng = random.Random(seed)
    with app.test_request_context("/"):
        asked = questionnaires.prepare(instrument(rng))
        written = [item for item in asked.items if splitting.in_words(item)]
        for content in people(asked, rng, 20):
            gone = {key for item in written for key in item.kind.answer_keys(item)}
            silent = {key: value for key, value in content.answers.items() if key not in gone}
            rows = splitting.rows(content, asked, Split.TEXTS)
            other = splitting.rows(
                Content(content.channel, content.complete, walk(asked.items, silent)[1]), asked, Split.TEXTS
            )
            assert rows[0] == other[0]


def test_an_item_that_hangs_on_words_goes_with_them(app) -> None:
    definition = {
        "title": "T",
        "items": [
            {"id": "a", "type": "yes_no", "title": "A"},
            {"id": "b", "type": "text", "title": "B", "show_if": {"item": "a", "op": "answered"}},
            {"id": "c", "type": "yes_no", "title": "C", "show_if": {"item": "b", "op": "answered"}},
            {"id": "d", "type": "yes_no", "title": "D", "show_if": {"item": "c", "op": "answered"}},
            {"id": "e", "type": "yes_no", "title": "E",
             "jumps": [{"if": {"item": "d", "op": "answered"}, "to": "g"}]},
            {"id": "f", "type": "yes_no", "title": "F"},
            {"id": "g", "type": "single", "title": "G", "options": [YES, {**NO, "show_if": "b == '1'"}]},
            {"id": "h", "type": "yes_no", "title": "H"},
        ],
    }  # fmt: skip
    with app.test_request_context("/"):
        asked = questionnaires.prepare(definition)
        assert splitting.apart(asked.items, Split.TEXTS) == {"b", "c", "d", "f", "g"}
        assert splitting.apart(asked.items, Split.NONE) == splitting.apart(asked.items, None) == frozenset()
        assert splitting.apart(asked.items, Split.ALL) == set("abcdefgh")


PLAIN = {"title": "T", "items": [{"id": "a", "type": "single", "title": "A", "options": [YES, NO]}]}
WORDS = {"title": "T", "items": [*PLAIN["items"], {"id": "b", "type": "text", "title": "B"}]}
OWN = {"title": "T", "items": [{"id": "a", "type": "single", "title": "A", "options": [YES, {**NO, "text": True}]}]}


@pytest.mark.parametrize(
    ("definition", "invited", "more", "wanted"),
    [
        (PLAIN, 0, {"access": Access.LINK}, Split.NONE),
        (PLAIN, 49, {}, Split.ALL),
        (PLAIN, 50, {}, Split.NONE),
        (WORDS, 50, {}, Split.TEXTS),
        (OWN, 50, {}, Split.TEXTS),
        (WORDS, 0, {"access": Access.LINK}, Split.TEXTS),
        (WORDS, 12, {"secrecy": Secrecy.ROWS}, Split.NONE),
    ],
)
def test_what_is_taken_apart_is_decided_by_numbers_and_questions(app, cast, definition, invited, more, wanted) -> None:
    survey = fielding.create(cast.investigation, definition, within=cast.branch, by=cast.secretary, **more)
    if invited:
        invitations.invite(survey, members=[], spares=invited, within=cast.branch, by=cast.secretary)
    asked = questionnaires.ready(survey.version)
    assert splitting.decided(survey, asked, within=cast.branch) is wanted
    survey.split = Split.ALL
    assert splitting.decided(survey, asked, within=cast.branch) is Split.ALL, "what was chosen stands"


def test_the_organisation_may_move_the_line_or_have_none(app, cast) -> None:
    survey = fielding.create(cast.investigation, PLAIN, within=cast.branch, by=cast.secretary)
    invitations.invite(survey, members=[], spares=20, within=cast.branch, by=cast.secretary)
    asked = questionnaires.ready(survey.version)
    for line, wanted in ((20, Split.NONE), (21, Split.ALL), (0, Split.NONE)):
        rules.change(cast.branch, "surveys.split_all_below", line, by=cast.secretary)
        assert splitting.decided(survey, asked, within=cast.branch) is wanted


def test_turnout_counts_answers_and_not_their_parts(app, cast) -> None:
    survey = fielding.create(cast.investigation, WORDS, within=cast.branch, by=cast.secretary)
    survey.state = SurveyState.OPEN
    db.session.add(Response(id="1", survey_id=survey.id, channel=Channel.PHONE, complete=True, answers={}))
    assert queries.received(survey) == 0, "while it is open, only what is sealed counts, not an earlier round again"
    contents = [Content(Channel.PHONE, True, {"a": "x", "b": "words"})] * 9
    for split in Split:
        stored(survey, contents, split)
        assert queries.received(survey) == queries.turnout([survey])[survey.id][1] == 9
    stored(survey, contents, Split.NONE)
    survey.tally = None
    assert queries.received(survey) == 9, "closed before there were tallies"
    survey.tally = {"counted": 7, "complete": 12, "channels": {"phone": 7, "imported": 5}}
    assert queries.received(survey) == 12, "everything that came in, not only the ballots of the board"


# --- what is published ----------------------------------------------------------------------------------------


def published(asked, contents, split):
    source = AnswersSource(asked.items, given(contents, asked, split), split=split, known=totals(contents))
    return tallies.published([item for item in asked.items if item.kind.answerable], source, 5, texts=10)


@pytest.mark.parametrize("seed", range(400, 420))
def test_taking_apart_never_publishes_what_was_withheld(app, seed) -> None:
    """Nothing is told of an item taken apart that is not told of whole answers; nothing else changes."""
    rng = random.Random(seed)
    with app.test_request_context("/"):
        asked = questionnaires.prepare(instrument(rng))
        contents = people(asked, rng, 150)
        whole = published(asked, contents, Split.NONE)
        for split in (Split.TEXTS, Split.ALL):
            book = published(asked, contents, split)
            assert {item.name for item in book.stored_apart} == splitting.apart(asked.items, split)
            for name, tally in book.shown.items():
                item = asked.item(name)
                assert tally == whole.shown[name] or tally == suppression.withheld(whole.shown[name]), name
                if not item.rules and not any(other.jumps for other in asked.items):
                    assert tally == whole.shown[name], "an item everybody was asked is told as before"
            assert not {axis.item.name for axis in book.axes.values()} & book.source.apart
            for rows, columns in list(combinations(book.axes, 2))[:20]:
                assert book.table(rows, columns) == whole.table(rows, columns), "a table is the same table"


def test_a_number_of_those_asked_that_nobody_can_judge_is_withheld(app) -> None:
    """Two answers to A together lead on: whole answers show that the number cuts off nobody, parts cannot."""
    definition = {
        "title": "T",
        "items": [
            {"id": "a", "type": "multi", "title": "A", "options": [YES, NO, {"v": "z", "t": "Z"}]},
            {"id": "b", "type": "yes_no", "title": "B", "show_if": "a contains 'x' and a contains 'y'"},
            {"id": "c", "type": "yes_no", "title": "C", "show_if": "a contains 'x'"},
        ],
    }
    with app.test_request_context("/"):
        asked = questionnaires.prepare(definition)
        contents = [
            Content(Channel.PHONE, True, walk(asked.items, {"a": chosen, "b": "yes", "c": "no"})[1])
            for chosen in ([["x", "y"]] * 30 + [["x", "y", "z"]] * 30 + [["y", "z"]] * 30 + [["x"]] * 30)
        ]
        assert published(asked, contents, Split.NONE).shown["b"].answered == 60, "whole answers can be judged"
        told = published(asked, contents, Split.ALL).shown
        assert told["b"].answered is None and told["b"].skipped == 0
        assert all(bar.count is None for bar in told["b"].bars)
        assert told["c"].answered == 90, "this number is the published bar of A"


def test_nothing_can_be_crossed_with_what_was_stored_apart(app, cast) -> None:
    definition = {"title": "T", "items": [
        {"id": "a", "type": "yes_no", "title": "A"}, {"id": "b", "type": "yes_no", "title": "B"},
        {"id": "c", "type": "single", "title": "C", "options": [YES, {**NO, "text": True}]},
    ]}  # fmt: skip
    with app.test_request_context("/"):
        asked = questionnaires.prepare(definition)
        contents = [
            Content(
                Channel.PHONE, True, {"a": "yes" if n % 2 else "no", "b": "yes" if n % 3 else "no", "c": "xy"[n % 2]}
            )
            for n in range(90)
        ]
        book = published(asked, contents, Split.TEXTS)
        assert book.table("a", "b") is not None and list(book.axes) == ["a", "b"]
        for rows, columns in (("a", "c"), ("c", "a"), ("c", "c")):
            with pytest.raises(StoredApart, match="交叉"):
                book.table(rows, columns)
        with pytest.raises(StoredApart):
            list(book.among("c", "x"))
        assert [axis.key for axis, _table, _row in book.among("a", "yes")] == ["b"]
        apart = published(asked, contents, Split.ALL)
        assert not apart.axes and len(apart.stored_apart) == 3


# --- everything else that reads answers ---------------------------------------------------------------------------


def test_concerns_are_grouped_from_the_same_words(app, cast) -> None:
    contents = [Content(Channel.PHONE, True, {"a": "x", **({"b": f"words {n}"} if n % 3 else {})}) for n in range(12)]
    survey = fielding.create(cast.investigation, WORDS, within=cast.branch, by=cast.secretary)
    said = []
    for split in Split:
        stored(survey, contents, split)
        said.append([(one.source_id, one.item, one.text) for one in sources.from_surveys(cast.investigation)])
    assert said[0] == said[1] == said[2] and len(said[0]) == 8
