"""Small surveys made up at random: closed questions of many kinds, conditions, jumps, options not offered to all."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, permutations, product
from math import prod
from typing import Any

from core.terms import Channel
from questions import named
from questions.base import END, Item, Jump
from questions.paths import walk
from questions.rules import read
from surveys import tallies
from surveys.counting import AnswersSource, Given
from surveys.crosstabs import Book

FLOOR = 5


@dataclass
class World:
    """A survey made up: its items and everybody's answers."""

    items: tuple[Item, ...]
    answers: list[dict[str, Any]]

    @cached_property
    def book(self) -> Book:
        given = [Given(next(iter(Channel)), True, answers) for answers in self.answers]
        return tallies.published(self.items, AnswersSource(self.items, given), FLOOR)


def make_item(name: str, kind: str, size: int, rng: random.Random, rule: dict[str, Any] | None) -> Item:
    definition = definition_of(kind, size, rng)
    found = named(definition)
    assert found is not None
    rules = (read(rule),) if rule else ()
    return Item(name, found, name, settings=found.prepare(definition), rules=rules)


def definition_of(kind: str, size: int, rng: random.Random) -> dict[str, Any]:
    options = [{"v": f"o{place}", "t": f"o{place}"} for place in range(size)]
    definition: dict[str, Any] = {"type": kind, "options": options}
    if kind == "scale":
        return {"type": "scale", "scale": {"min": 1, "max": size}}
    if kind == "matrix":
        rows = options[: 2 if size < 4 else 1]
        return {"type": "matrix", "rows": rows, "scale": {"min": 1, "max": min(size, 3)}, "allow_na": size == 2}
    if kind == "number":
        return {"type": "number", "min": 0, "max": size + 1}
    if kind == "ranking":
        return {"type": "ranking", "options": options[:3], "top": rng.choice([None, 2]) if size > 2 else None}
    if kind == "constant_sum":
        return {"type": "constant_sum", "options": options[:2], "total": size + 1}
    if kind == "multi":
        most = rng.choice([None, 2, 2, size])
        definition["max"] = most
        definition["min"] = rng.choice([None, most]) if most and (size > 2 or rng.random() < 0.2) else None
        if size > 2 and not most and rng.random() < 0.4:
            options[-1]["exclusive"] = True
    return {key: value for key, value in definition.items() if value is not None}


def all_answers(item: Item) -> list[Any]:
    """Return every answer to an item, None for none."""
    values = list(item.kind.values(item))
    match item.kind.key:
        case "scale":
            return [*(int(value) for value in values), None]
        case "multi":
            low, high = item.settings["min"] or 1, item.settings["max"] or len(values)
            sets = [list(chosen) for size in range(low, high + 1) for chosen in combinations(values, size)]
            alone = set(item.settings["exclusive"])
            return [*(chosen for chosen in sets if len(chosen) == 1 or not alone & set(chosen)), None]
        case "matrix":
            points = [int(value) if value != "na" else value for value in values]
            rows = [row.value for row in item.settings["rows"]]
            given = product([*points, None], repeat=len(rows))
            lines = ({r: p for r, p in zip(rows, line, strict=True) if p is not None} for line in given)
            return [line or None for line in lines]
        case "number":
            return [*range(int(item.settings["limits"].high) + 1), None]
        case "ranking":
            places = item.settings["places"]
            return [*(list(order) for order in permutations(values, places)), None]
        case "constant_sum":
            total = item.settings["total"]
            return [*({values[0]: part, values[1]: total - part} for part in range(total + 1)), None]
    return [*values, None]


KINDS = (
    "single", "single", "single", "multi", "multi", "scale", "dropdown", "yes_no", "matrix", "number", "ranking",
    "constant_sum",
)  # fmt: skip
LISTED = ("single", "dropdown", "yes_no", "scale")
TYPES = 1500  # ways to answer a questionnaire that are reckoned with


def world(seed: int, *, items: int, people: tuple[int, int] = (10, 80)) -> World:
    """Make up a small survey: closed questions of many kinds, some conditional, some jumped over, some left open."""
    rng = random.Random(seed)
    while True:
        made = _jumping(_items(items, rng), rng)
        if prod(len(all_answers(item)) for item in made) <= TYPES:
            return World(tuple(made), _people(made, rng, people))


def _items(wanted: int, rng: random.Random) -> list[Item]:
    made: list[Item] = []
    for place in range(wanted):
        rule = _rule(made, rng) if made and rng.random() < 0.35 else None
        item = make_item(f"q{place}", rng.choice(KINDS), rng.choice([2, 2, 3, 3, 4]), rng, rule)
        if made and item.kind.key in ("single", "multi") and len(item.kind.values(item)) > 2 and rng.random() < 0.2:
            last = list(item.kind.values(item))[-1]
            if last not in item.settings.get("exclusive", ()) and not item.settings.get("min"):
                item = replace(item, option_rules={last: read(_rule(made, rng))})
        made.append(item)
    return made


def _rule(made: Sequence[Item], rng: random.Random) -> dict[str, Any]:
    rule = _about(rng.choice(made), rng)
    if len(made) > 1 and rng.random() < 0.3:
        return {rng.choice(["all", "any"]): [rule, _about(rng.choice(made), rng)]}
    return rule


def _about(parent: Item, rng: random.Random) -> dict[str, Any]:
    values = list(parent.kind.values(parent))
    if parent.kind.key == "multi":
        return {"item": parent.name, "op": "contains", "value": rng.choice(values)}
    if parent.kind.key in LISTED:
        answers = all_answers(parent)[:-1]
        return {"item": parent.name, "op": "in", "value": rng.sample(answers, rng.randint(1, len(answers) - 1))}
    if parent.kind.key == "number":
        return {"item": parent.name, "op": rng.choice(["<=", ">="]), "value": rng.randint(0, 3)}
    if parent.kind.key == "matrix":
        row = rng.choice(parent.settings["rows"]).value
        return {"item": parent.name, "row": row, "op": "<=", "value": 1}
    return {"item": parent.name, "op": "answered"}


def _jumping(made: list[Item], rng: random.Random) -> list[Item]:
    if len(made) > 2 and rng.random() < 0.3:
        at = rng.randrange(len(made) - 2)
        to = rng.choice([END, *(item.name for item in made[at + 2 :])])
        asked = made[at] if rng.random() < 0.8 else rng.choice(made[: at + 1])
        made[at] = replace(made[at], jumps=(Jump(read(_about(asked, rng)), to),))
    return made


def _people(made: Sequence[Item], rng: random.Random, people: tuple[int, int]) -> list[dict[str, Any]]:
    weights = {
        item.name: [rng.choice([0.2, 1, 1, 3, 8]) for _ in all_answers(item)[:-1]] + [rng.choice([0, 0, 0.3])]
        for item in made
    }
    alike = rng.choice([0, 0.4, 0.8])  # how much answers hang together
    answers = []
    for _person in range(rng.randint(*people)):
        lean, given = rng.random(), {}
        for item in made:
            options = all_answers(item)
            place = rng.choices(range(len(options)), weights[item.name])[0]
            if rng.random() < alike and options[place] is not None:
                place = min(int(lean * (len(options) - 1)), len(options) - 2)
            if options[place] is not None:
                given[item.name] = options[place]
        answers.append(walk(made, given)[1])
    return answers
