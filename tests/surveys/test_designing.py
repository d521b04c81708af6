"""Designing: every change can be undone, ids are never used again, nobody overwrites anybody."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import db
from core.errors import BadInput, NotFound, Stale
from forms import entries
from questions import types
from surveys import arranging, designing, drafts, library, texts
from surveys.models import DesignStep, TrialAnswer, Version
from surveys.proof import prove
from tests.conftest import people


@pytest.fixture
def branch(app):
    cast = people(app)
    with app.test_request_context("/"):
        yield cast


@pytest.fixture
def ready(branch):
    """The canteen survey, taken from the library."""
    return designing.begin(library.found("canteen").definition, within=branch.branch, by=branch.secretary)


def names(instrument) -> list[str]:
    return [item["id"] for item in drafts.items(instrument.definition)]


def steps(instrument) -> int:
    return db.session.query(DesignStep).filter_by(instrument_id=instrument.id).count()


CHECK = {"message": "x"}


def change(instrument, chance: random.Random) -> None:
    """Make one change of any kind."""
    revision, listed = instrument.revision, names(instrument)
    parts = [section["id"] for section in instrument.definition["sections"]]
    name, part, number = chance.choice(listed or ["?"]), chance.choice(parts), chance.randrange(99)
    kind, answered = chance.choice(list(types)), {"item": part, "op": "answered"}
    acts = [
        lambda: designing.add_item(instrument, revision, kind, where=part, place=number % 5),
        lambda: arranging.add_section(instrument, revision, title="新", after=part),
        lambda: arranging.move_section(instrument, revision, part, chance.randrange(4)),
        lambda: arranging.delete_section(instrument, revision, part),
        lambda: arranging.set_section(instrument, revision, part, {"title": f"题{number}", "shuffle": True}),
        lambda: arranging.set_head(instrument, revision, title=f"标题{chance.randrange(99)}", intro="话"),
        lambda: arranging.set_texts(instrument, revision, {"en": {"title": f"Title {chance.randrange(99)}"}}),
        lambda: arranging.set_checks(instrument, revision, [{"rule": answered, **CHECK, "at": part}]),
    ]
    if listed:
        acts += [
            lambda: designing.set_item(instrument, revision, name, {"title": f"问{number}", "help": None}),
            lambda: designing.move_item(instrument, revision, name, where=part, place=chance.randrange(6)),
            lambda: designing.nudge_item(instrument, revision, name, chance.choice((-1, 1))),
            lambda: designing.duplicate_item(instrument, revision, name),
            lambda: designing.delete_item(instrument, revision, name),
            lambda: designing.rename_item(instrument, revision, name, f"r{chance.randrange(10**8)}"),
            lambda: arranging.set_kind(instrument, revision, name, kind),
        ]
    chance.choice(acts)()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), times=st.integers(1, 30))
def test_undoing_everything_leads_back_to_the_start(branch, seed, times) -> None:
    instrument = designing.begin(library.found("canteen").definition, within=branch.branch, by=branch.secretary)
    start, chance, states = instrument.definition, random.Random(seed), []
    seen: dict[str, str] = {}
    for _time in range(times):
        before = set(names(instrument))
        change(instrument, chance)
        for new in set(names(instrument)) - before:
            assert new not in seen or seen[new] == "gone-and-back", f"{new} was used before"
        seen |= dict.fromkeys(before | set(names(instrument)), "used")
        states.append(instrument.definition)
    taken = set(instrument.used_ids)
    assert set(seen) <= taken
    while designing.undo(instrument, instrument.revision):
        pass
    assert instrument.definition == start
    assert set(instrument.used_ids) == taken, "an undo gives no id back"
    while designing.redo(instrument, instrument.revision):
        pass
    assert instrument.definition == states[-1]


def test_an_undone_id_is_not_given_to_another(ready) -> None:
    first = designing.add_item(ready, ready.revision, "single", where="s1")
    designing.undo(ready, ready.revision)
    second = designing.add_item(ready, ready.revision, "single", where="s1")
    assert first != second and first not in names(ready)


def test_a_new_change_ends_what_could_be_done_again(ready) -> None:
    designing.delete_item(ready, ready.revision, "q8")
    designing.undo(ready, ready.revision)
    designing.delete_item(ready, ready.revision, "q9")
    assert designing.redoable(ready) is None


def test_the_last_fifty_steps_are_kept(ready) -> None:
    for number in range(60):
        arranging.set_head(ready, ready.revision, title=f"第{number}次", intro="")
    assert steps(ready) == designing.KEPT


def test_a_change_that_changes_nothing_is_no_step(ready) -> None:
    revision = ready.revision
    designing.set_item(ready, revision, "q8", {"max_length": 60})
    assert (ready.revision, steps(ready)) == (revision, 0)


def test_nobody_overwrites_anybody(ready) -> None:
    seen = ready.revision
    designing.set_item(ready, seen, "q8", {"title": "甲"})
    after = ready.definition
    for act in (
        lambda: designing.set_item(ready, seen, "q8", {"title": "乙"}),
        lambda: designing.delete_item(ready, seen, "q8"),
        lambda: designing.undo(ready, seen),
        lambda: arranging.add_section(ready, seen),
    ):
        with pytest.raises(Stale):
            act()
    assert ready.definition == after


def test_a_rename_is_followed_everywhere(ready) -> None:
    designing.set_item(
        ready, ready.revision, "q9", {"title": {"zh": "关于{{q1}}和{{q12}}", "en": "{{q1}} and {{q12}}"}}
    )
    arranging.set_checks(
        ready, ready.revision, [{"rule": {"item": "q1", "op": "answered"}, "message": "x", "at": "q1"}]
    )
    designing.rename_item(ready, ready.revision, "q1", "meals")
    text = str(ready.definition)
    assert "'q1'" not in text and "{{q1}}" not in text
    assert "{{meals}}" in text and "{{q12}}" in text
    assert ready.definition["checks"] == [{"rule": {"item": "meals", "op": "answered"}, "message": "x", "at": "meals"}]
    assert prove(ready.definition).publishable


def test_an_id_is_never_taken_twice(ready) -> None:
    designing.delete_item(ready, ready.revision, "q8")
    with pytest.raises(BadInput):
        designing.rename_item(ready, ready.revision, "q9", "q8")
    with pytest.raises(BadInput):
        designing.rename_item(ready, ready.revision, "q9", "not an id")


def test_a_duplicate_is_new_and_the_rules_stay_with_the_original(ready) -> None:
    before = ready.definition
    twin = designing.duplicate_item(ready, ready.revision, "q2")
    assert twin not in names(type("Was", (), {"definition": before})())
    assert names(ready).index(twin) == names(ready).index("q2") + 1
    assert drafts.item(ready.definition, "q3")["show_if"]["item"] == "q2"


def test_deleting_what_others_name_is_found_by_the_proof_and_undone_at_once(ready) -> None:
    designing.delete_item(ready, ready.revision, "q2")
    report = prove(ready.definition)
    assert not report.publishable and any(finding.item == "q3" for finding in report.errors)
    designing.undo(ready, ready.revision)
    assert prove(ready.definition).publishable


def test_moving_over_the_edge_of_a_section(ready) -> None:
    designing.nudge_item(ready, ready.revision, "q4", -1)
    assert [item["id"] for item in drafts.section(ready.definition, "s1")["items"]][-1] == "q4"
    designing.nudge_item(ready, ready.revision, "q4", 1)
    assert [item["id"] for item in drafts.section(ready.definition, "s2")["items"]][0] == "q4"


def test_what_has_errors_is_not_published(branch) -> None:
    empty = designing.begin(None, within=branch.branch, by=branch.secretary, title="空")
    with pytest.raises(BadInput):
        designing.publish(empty, within=branch.branch, by=branch.secretary)
    assert designing.versions(empty) == []


def test_versions_stay_what_they_were(ready, branch) -> None:
    first = designing.publish(ready, within=branch.branch, by=branch.secretary)
    assert designing.is_published(ready) and first.instrument_id == ready.id
    frozen = dict(first.definition)
    designing.set_item(ready, ready.revision, "q8", {"title": {"zh": "改过的题", "en": "Changed"}})
    assert not designing.is_published(ready)
    second = designing.publish(ready, within=branch.branch, by=branch.secretary)
    db.session.expire_all()
    assert db.session.get(Version, first.id).definition == frozen
    assert second.definition != frozen
    assert [version.id for version in designing.published(within=branch.branch)] == [second.id]


def test_removing_an_instrument_keeps_its_versions(ready, branch) -> None:
    version = designing.publish(ready, within=branch.branch, by=branch.secretary)
    number = ready.id
    designing.discard(ready, by=branch.secretary)
    db.session.expire_all()
    assert db.session.get(Version, version.id).instrument_id is None
    assert db.session.query(DesignStep).filter_by(instrument_id=number).count() == 0
    assert db.session.query(TrialAnswer).count() == 0


@pytest.mark.parametrize("key", list(types))
def test_a_new_question_of_every_kind_lacks_only_its_words(branch, key) -> None:
    instrument = designing.begin(None, within=branch.branch, by=branch.secretary, title="空", lang="zh")
    if not types[key].answerable:
        designing.add_item(instrument, instrument.revision, "single", where="s1")
    name = designing.add_item(instrument, instrument.revision, key, where="s1")
    for item in names(instrument):
        designing.set_item(instrument, instrument.revision, item, {"title": "题目"})
    assert prove(instrument.definition).errors == (), name


def test_words_side_by_side(branch) -> None:
    instrument = designing.begin(None, within=branch.branch, by=branch.secretary, title="空", lang="zh")
    for key in types:
        name = designing.add_item(instrument, instrument.revision, key, where="s1")
        designing.set_item(instrument, instrument.revision, name, {"title": "题目", "help": "说明"})
    listed = texts.listed(instrument.definition)
    assert all(text.missing("en") and not text.missing("zh") for text in listed)
    before = instrument.definition
    said = {text.path: f"en {place}" for place, text in enumerate(listed)}
    arranging.set_texts(instrument, instrument.revision, {"en": said})
    again = texts.listed(instrument.definition)
    assert {text.path: text.words["en"] for text in again} == said
    assert instrument.definition["languages"] == ["zh", "en"]
    assert not [f for f in prove(instrument.definition).findings if "translat" in f.code or "language" in f.code]
    arranging.set_texts(instrument, instrument.revision, {"en": dict.fromkeys(said, "")})
    assert {**instrument.definition, "languages": 0} == {**before, "languages": 0}


def test_words_that_are_gone_are_refused(ready) -> None:
    with pytest.raises(BadInput):
        arranging.set_texts(ready, ready.revision, {"en": {"sections/9/title": "x"}})


def test_another_organisation_finds_nothing(ready, branch) -> None:
    with pytest.raises(NotFound):
        designing.instrument(ready.id, within=branch.elsewhere)
    version = designing.publish(ready, within=branch.branch, by=branch.secretary)
    with pytest.raises(NotFound):
        designing.version(version.id, within=branch.elsewhere)
    assert designing.listed(within=branch.elsewhere) == [] == designing.published(within=branch.elsewhere)


PAGES = ["", "/words", "/bank", "/publish", "/survey", "/preview/zh", "/try", "/try/zh/thanks", "/trials"]
WRITES = ["/items", "/item", "/item/act", "/section", "/head", "/checks", "/history", "/words", "/bank", "/publish"]
MORE = ["/survey", "/try", "/trials", "/copy", "/discard"]


def test_pages_are_the_secretarys_alone(client_for, cast) -> None:
    with client_for("secretary").application.test_request_context("/"):
        made = designing.begin(library.found("stay").definition, within=cast.branch, by=cast.secretary)
        db.session.commit()
        number = made.id
    for path in PAGES:
        assert client_for("secretary").get(f"/app/instruments/{number}{path}").status_code == 200, path
        assert client_for("outsider").get(f"/app/instruments/{number}{path}").status_code == 404, path
        assert client_for("committee_member").get(f"/app/instruments/{number}{path}").status_code == 403, path
    for path in [*WRITES, *MORE]:
        assert client_for("outsider").post(f"/app/instruments/{number}{path}").status_code == 404, path
        assert client_for("member").post(f"/app/instruments/{number}{path}").status_code == 403, path


def test_a_change_that_comes_too_late_shows_both(client_for, cast) -> None:
    with client_for("secretary").application.test_request_context("/"):
        made = designing.begin(library.found("stay").definition, within=cast.branch, by=cast.secretary)
        designing.set_item(made, made.revision, "q4", {"title": {"zh": "别人改的题", "en": "Theirs"}})
        db.session.commit()
        number, revision = made.id, made.revision
    sent = {"item": "q4", "title": "我改的题", "set.max_length": "200", "revision": "1"}
    answer = client_for("secretary").post(f"/app/instruments/{number}/item", data=sent)
    assert answer.status_code == 409 and "别人改的题" in answer.text and "我改的题" in answer.text
    sent["revision"] = str(revision)
    assert client_for("secretary").post(f"/app/instruments/{number}/item", data=sent).status_code == 303
    db.session.expire_all()
    assert drafts.item(made.definition, "q4")["title"] == {"zh": "我改的题", "en": "Theirs"}


JUNK = ["", "0", "-1", "9" * 20, "x" * 6000, "\0\ud7ff", "😀<script>", "up.q1", "options.gone.99", "text", "q1 =="]
FIELDS = """do item kind section place id title intro help languages after key rule.item rule.op rule.value rule.mode
rule.text jump.if jump.to check.rule check.message check.at set.options set.options.t set.options.v set.options.was
set.options.paste set.options.if set.rows.t set.rows.v set.rows.was set.scale set.scale.low set.scale.high
set.tree""".split()


@pytest.mark.parametrize("seed", range(4))
def test_junk_changes_nothing_for_the_worse(client_for, cast, seed) -> None:
    """Whatever a form sends, the page can still be opened and everything can be undone."""
    chance, client = random.Random(seed), client_for("secretary")
    with client.application.test_request_context("/"):
        made = designing.begin(library.found("canteen").definition, within=cast.branch, by=cast.secretary)
        start = made.definition
        db.session.commit()
        for path in WRITES[:7] * 3:
            sent = {name: chance.choice(JUNK) for name in chance.sample(FIELDS, 12)}
            sent |= {"revision": str(made.revision), "item": chance.choice(["q4", "q8", "q1", sent.get("item", "")])}
            assert client.post(f"/app/instruments/{made.id}{path}", data=sent).status_code < 500, (path, sent)
            db.session.expire_all()
        for query in ("", "?item=q4", "?item=q8", "?section=s1"):
            assert client.get(f"/app/instruments/{made.id}{query}").status_code == 200
        while designing.undo(made, made.revision):
            pass
        assert made.definition == start


def test_a_tree_keeps_its_values_while_its_words_change() -> None:
    old = [{"v": "a", "t": {"zh": "甲部", "en": "A"}, "options": [{"v": "a1", "t": "一班"}, {"v": "a2", "t": "二班"}]}]
    assert entries.tree("甲部\n  一班\n  二班", old, "zh") == old
    renamed = entries.tree("甲分部\n  一班\n  二班", old, "zh")
    assert renamed[0]["v"] == "a" and renamed[0]["t"] == {"zh": "甲分部", "en": "A"}
    assert [node["v"] for node in renamed[0]["options"]] == ["a1", "a2"]
    grown = entries.tree("甲部\n  一班\n  三班\n  二班", old, "zh")
    assert [node["v"] for node in grown[0]["options"]] == ["a1", "n1", "a2"]
