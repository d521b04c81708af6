"""The proof finds the one fault in every bad instrument, and none in good ones."""

import copy
import random
import time
from pathlib import Path

import pytest
from flask import Flask

from core import i18n
from core.errors import BadInput
from core.i18n import speaking
from core.settings import ROOT
from surveys import instruments, proof
from surveys.definitions import sections

CORPUS = Path(__file__).parent / "instruments"
BAD = sorted((CORPUS / "bad").glob("*.yaml"))
LIBRARY = sorted((ROOT / "surveys" / "library").glob("*.yaml"))
GOOD = sorted((CORPUS / "good").glob("*.yaml"))


@pytest.fixture(scope="module")
def words_only():
    """Translations and nothing else: the proof needs no database."""
    app = Flask(__name__, root_path=str(ROOT))
    i18n.init_app(app)
    return app


@pytest.fixture(autouse=True)
def in_the_app(words_only):
    with words_only.app_context():
        yield


def expected(path: Path) -> tuple[str, str]:
    line = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# expect: "))
    code, item = line.removeprefix("# expect: ").split()
    return code, "" if item == "-" else item


def load(path: Path) -> dict:
    return instruments.parse(path.read_bytes(), path.name)


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 80 and len(GOOD) >= 15


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_one_fault_is_named_and_nothing_else(path) -> None:
    said = {}
    for language in ("zh", "en"):
        with speaking(language):
            errors = proof.prove(load(path)).errors
        assert [(found.code, found.item) for found in errors] == [expected(path)], errors
        said[language] = errors[0].message
        assert "%(" not in said[language] and "{}" not in said[language]
    assert said["en"].isprintable() and len(said["zh"]) > 5


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_instruments_have_no_error(path) -> None:
    definition = load(path)
    report = proof.prove(definition)
    assert report.publishable, report.errors
    assert not list(instruments.problems(definition))
    assert 0 < report.shortest.items <= report.longest.items
    assert 0 < report.shortest.minutes <= report.longest.minutes


def faults(definition: dict, rng: random.Random) -> dict | None:
    """Return a definition with one random fault in it, or None when the drawn fault does not apply."""
    hurt = copy.deepcopy(definition)
    items = [item for section in sections(hurt) for item in section["items"]]
    asked = str([thing.get("show_if") for thing in (*sections(hurt), *items)])
    used = [item for item in items if f"'item': '{item['id']}'" in asked]
    fault = rng.choice(["twice", "value twice", "swap", "unknown", "limits", "jump back", "self", "lost", "title"])
    one = rng.choice(items)
    if fault == "twice" and len(items) > 1:
        one["id"] = rng.choice([item for item in items if item is not one])["id"]
    elif fault == "value twice" and one.get("options"):
        one["options"].append(dict(one["options"][0]))
    elif fault == "swap" and used:
        first = rng.choice(used)
        for section in sections(hurt):
            section["items"][:] = [item for item in section["items"] if item is not first]
        sections(hurt)[-1]["items"].append(first)
    elif fault == "unknown":
        one["show_if"] = {"item": "nobody", "op": "answered"}
    elif fault == "limits" and one["type"] == "number":
        one |= {"min": 9, "max": 1}
    elif fault == "jump back":
        one["jumps"] = [{"if": {"item": items[0]["id"], "op": "answered"}, "to": items[0]["id"]}]
    elif fault == "self":
        one["show_if"] = {"item": one["id"], "op": "answered"}
    elif fault == "lost" and used:
        lost = rng.choice(used)
        for section in sections(hurt):
            section["items"][:] = [item for item in section["items"] if item is not lost]
    elif fault == "title":
        del one["title"]
    else:
        return None
    return hurt


def rules(definition: dict) -> list:
    things = [*sections(definition), *(item for section in sections(definition) for item in section["items"])]
    found = [thing["show_if"] for thing in things if "show_if" in thing]
    found += [jump["if"] for thing in things for jump in thing.get("jumps", ())]
    return found + [check["rule"] for check in definition.get("checks", ())]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_fault_put_into_a_good_instrument_is_found(path) -> None:
    rng, tried = random.Random(path.stem), 0
    with speaking("en"):
        for _n in range(40):
            hurt = faults(load(path), rng)
            if hurt is None:
                continue
            tried += 1
            report = proof.prove(hurt)
            assert report.findings and all(finding.message for finding in report.findings)
            assert not report.publishable, hurt
    assert tried > 10


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_dropping_an_option_a_rule_names_is_found(path) -> None:
    definition = load(path)
    for number, item in enumerate(item for section in sections(definition) for item in section["items"]):
        for option in item.get("options", ()):
            named = f'"item": "{item["id"]}"'
            asked = [str(rule).replace("'", '"') for rule in rules(definition)]
            if any(named in rule and f'"value": "{option["v"]}"' in rule for rule in asked):
                hurt = copy.deepcopy(definition)
                there = [one for section in sections(hurt) for one in section["items"]][number]
                there["options"] = [one for one in there["options"] if one["v"] != option["v"]]
                assert not proof.prove(hurt).publishable


def long_one(count: int) -> dict:
    """Return an instrument of many items: screening, follow-ups, jumps, options that depend, numbers compared."""
    items: list[dict] = []
    for n in range(count):
        item: dict = {"id": f"q{n}", "type": "single", "title": f"Question {n}", "required": n % 3 == 0}
        item["options"] = [{"v": value, "t": value} for value in "abcde"]
        if n % 4 == 1:
            item["show_if"] = {"item": f"q{n - 1}", "op": "in", "value": ["a", "b"]}
        if n % 10 == 7:
            item["show_if"] = {
                "all": [{"item": "q0", "op": "!=", "value": "e"}, {"item": f"q{n - 7}", "op": "answered"}]
            }
        if n % 20 == 12 and n + 4 < count:
            item["jumps"] = [{"if": {"item": f"q{n}", "op": "==", "value": "e"}, "to": f"q{n + 4}"}]
        if n % 9 == 5:
            item["options"][0]["show_if"] = {"item": f"q{n - 2}", "op": "!=", "value": "c"}
        items.append(item)
    parts = [items[at : at + 20] for at in range(0, count, 20)]
    return {"title": "long", "lang": "en", "sections": [{"id": f"s{n}", "items": part} for n, part in enumerate(parts)]}


def test_two_hundred_items_are_proved_in_a_moment() -> None:
    started = time.perf_counter()
    report = proof.prove(long_one(200))
    took = time.perf_counter() - started
    print(f"200 items proved in {took:.2f} s: {report.shortest} to {report.longest}")
    assert report.publishable, report.errors
    assert report.longest.exact and report.longest.items > report.shortest.items
    assert took < 10


def test_too_many_ways_are_said_to_be_too_many() -> None:
    """Twenty answers that all matter to the end, each with its own sort: bounds, and a warning, not a guess."""
    screen = [
        {"id": f"q{n}", "type": "multi", "title": "t", "options": [{"v": value, "t": value} for value in "abcdefgh"]}
        for n in range(6)
    ]
    named = [{"item": f"q{n}", "op": "contains", "value": value} for n in range(6) for value in "abcdefgh"]
    last = {
        "id": "last",
        "type": "yes_no",
        "title": "t",
        "show_if": {"any": [{"all": named[::5]}, {"all": named[::7]}]},
    }
    started = time.perf_counter()
    report = proof.prove({"title": "t", "lang": "en", "items": [*screen, last]})
    assert time.perf_counter() - started < 10
    assert report.publishable and [finding.code for finding in report.findings if finding.item] == ["undecided"]
    assert not report.longest.exact and (report.shortest.items, report.longest.items) == (6, 7)


def test_publishing_asks_the_proof(cast) -> None:
    with speaking("en"), pytest.raises(BadInput) as refused:
        instruments.freeze(load(CORPUS / "bad" / "unreachable-item.yaml"), within=cast.branch)
    assert "q3" in str(refused.value)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_the_library_can_be_published(path) -> None:
    assert proof.prove(load(path)).publishable
