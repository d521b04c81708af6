"""Small random instruments, and everything that can happen in them found by trying every answer."""

from itertools import combinations, permutations, product
from typing import Any

from hypothesis import strategies as st

from questions.paths import offered, part, walk
from questions.rules import holds, names
from surveys import questionnaires

OPTIONS = ("a", "b", "c")
LIMIT = 800  # combinations of answers of one instrument


def options(n: int = 3) -> list[dict]:
    return [{"v": value, "t": value.upper()} for value in OPTIONS[:n]]


ROWS = [{"v": "r1", "t": "R1"}, {"v": "r2", "t": "R2"}]
KINDS: dict[str, dict] = {
    "single": {"type": "single", "options": options()},
    "dropdown": {"type": "dropdown", "options": options(2)},
    "yes_no": {"type": "yes_no"},
    "multi": {"type": "multi", "options": options()},
    "multi_max": {"type": "multi", "options": options(), "max": 2},
    "multi_min": {"type": "multi", "options": options(), "min": 2},
    "multi_none": {"type": "multi", "options": [*options(2), {"v": "c", "t": "none", "exclusive": True}]},
    "scale": {"type": "scale", "scale": {"min": 1, "max": 3}},
    "number": {"type": "number", "min": 0, "max": 3},
    "matrix": {"type": "matrix", "rows": ROWS, "scale": {"min": 1, "max": 2}},
    "matrix_multi": {"type": "matrix_multi", "rows": ROWS[:1], "options": options(2)},
    "ranking": {"type": "ranking", "options": options()},
    "ranking_top": {"type": "ranking", "options": options(), "top": 2},
    "sum": {"type": "constant_sum", "options": options(), "total": 3},
    "date": {"type": "date", "min": "2026-11-01", "max": "2026-11-03"},
    "time": {"type": "time", "min": "08:00", "max": "08:02"},
    "blanks": {
        "type": "blanks",
        "text": "{x} and {y}",
        "blanks": [{"v": "x", "t": "x", "kind": "number", "min": 1, "max": 2}, {"v": "y", "t": "y", "kind": "text"}],
    },
    "cascade": {
        "type": "cascade",
        "levels": ["one", "two"],
        "tree": [
            {"v": "a", "t": "A", "options": [{"v": "a1", "t": "A1"}, {"v": "a2", "t": "A2"}]},
            {"v": "b", "t": "B", "options": [{"v": "b1", "t": "B1"}]},
        ],
    },
    "text": {"type": "short_text"},
    "note": {"type": "note"},
}


def answers(kind: str) -> list[Any]:
    """Return every answer of a kind, whatever is offered."""
    subsets = [list(some) for n in (1, 2, 3) for some in combinations(OPTIONS, n)]
    found: dict[str, list[Any]] = {
        "single": list(OPTIONS),
        "dropdown": ["a", "b"],
        "yes_no": ["yes", "no"],
        "multi": subsets,
        "multi_max": [some for some in subsets if len(some) < 3],
        "multi_min": [some for some in subsets if len(some) > 1],
        "multi_none": [["a"], ["b"], ["a", "b"], ["c"]],
        "scale": [1, 2, 3],
        "number": [0, 1, 2, 3],
        "matrix": [
            {row: value for row, value in zip(("r1", "r2"), values, strict=True) if value}
            for values in product((None, 1, 2), repeat=2)
            if any(values)
        ],
        "matrix_multi": [{"r1": some} for some in (["a"], ["b"], ["a", "b"])],
        "ranking": [list(order) for n in (1, 2, 3) for order in permutations(OPTIONS, n)],
        "ranking_top": [list(order) for n in (1, 2) for order in permutations(OPTIONS, n)],
        "sum": [
            dict(zip(some, split, strict=True))
            for n in (1, 2, 3)
            for some in combinations(OPTIONS, n)
            for split in product(range(4), repeat=n)
            if sum(split) == 3
        ],
        "date": ["2026-11-01", "2026-11-02", "2026-11-03"],
        "time": ["08:00", "08:01", "08:02"],
        "blanks": [{"x": 1}, {"x": 2}, {"y": "w"}, {"x": 1, "y": "w"}, {"x": 2, "y": "w"}],
        "cascade": [["a"], ["b"], ["a", "a1"], ["a", "a2"], ["b", "b1"]],
        "text": ["w"],
        "note": [],
    }
    return found[kind]


def comparison(draw: Any, name: str, kind: str) -> dict:
    """Draw a comparison with an item of a kind."""
    if draw(st.integers(0, 5)) == 0 or kind == "text":
        return {"item": name, "op": "answered"}
    of_list = st.sampled_from(OPTIONS)
    if kind in ("single", "dropdown", "yes_no"):
        values = {"single": OPTIONS, "dropdown": OPTIONS[:2], "yes_no": ("yes", "no")}[kind]
        op = draw(st.sampled_from(["==", "!=", "in", "not_in"]))
        one = st.sampled_from(values)
        return {"item": name, "op": op, "value": draw(st.lists(one, min_size=1, max_size=2) if "in" in op else one)}
    if kind.startswith("multi") or (kind.startswith("ranking") and draw(st.booleans())):
        if draw(st.booleans()):
            return {"item": name, "count": True, "op": draw(ORDER), "value": draw(st.integers(0, 4))}
        return {"item": name, "op": draw(st.sampled_from(["contains", "==", "!="])), "value": draw(of_list)}
    if kind.startswith("ranking"):
        return {"item": name, "row": draw(st.sampled_from("12")), "op": draw(EQUAL), "value": draw(of_list)}
    if kind in ("scale", "number"):
        value = draw(st.integers(1, 3) if kind == "scale" else st.integers(-1, 4))
        return {"item": name, "op": draw(ORDER if kind == "number" else st.one_of(ORDER, EQUAL)), "value": value}
    if kind == "matrix":
        row = draw(st.sampled_from(["r1", "r2"]))
        if draw(st.booleans()):
            return {"item": name, "row": row, "op": draw(st.one_of(ORDER, EQUAL)), "value": draw(st.integers(1, 2))}
        return {"item": name, "count": True, "op": draw(ORDER), "value": draw(st.integers(0, 2))}
    if kind == "matrix_multi":
        return {"item": name, "row": "r1", "op": "contains", "value": draw(st.sampled_from(["a", "b"]))}
    if kind == "sum":
        return {"item": name, "row": draw(of_list), "op": draw(ORDER), "value": draw(st.integers(0, 3))}
    if kind == "date":
        return {"item": name, "op": draw(ORDER), "value": f"2026-11-0{draw(st.integers(1, 4))}"}
    if kind == "time":
        return {"item": name, "op": draw(ORDER), "value": f"08:0{draw(st.integers(0, 3))}"}
    if kind == "blanks":
        return {"item": name, "row": "x", "op": draw(ORDER), "value": draw(st.integers(0, 3))}
    assert kind == "cascade"
    level = draw(st.sampled_from("12"))
    return {
        "item": name,
        "row": level,
        "op": draw(EQUAL),
        "value": draw(st.sampled_from(["a", "b"] if level == "1" else ["a1", "b1"])),
    }


ORDER = st.sampled_from([">", ">=", "<", "<=", "==", "!="])
EQUAL = st.sampled_from(["==", "!="])
OFFERING = ("single", "dropdown", "multi", "multi_min", "ranking", "ranking_top", "sum", "matrix_multi")
MEASURED = ("number", "scale")


def rule(draw: Any, earlier: dict[str, str], depth: int = 2) -> dict:
    """Draw a rule over earlier items."""
    shape = draw(st.integers(0, 5)) if depth else 5
    if shape == 0:
        return {"not": rule(draw, earlier, depth - 1)}
    if shape in (1, 2):
        return {("all", "any")[shape - 1]: [rule(draw, earlier, depth - 1) for _n in range(2)]}
    measured = [name for name, kind in earlier.items() if kind in MEASURED]
    if len(measured) > 1 and draw(st.booleans()):
        one, other = draw(st.permutations(measured))[:2]
        return {"item": one, "op": draw(ORDER), "value": {"item": other}}
    counted = [name for name, kind in earlier.items() if kind.startswith("multi")]
    if measured and counted and draw(st.booleans()):
        op = draw(ORDER)
        return {"item": draw(st.sampled_from(counted)), "count": True, "op": op, "value": {"item": measured[0]}}
    asked = [name for name, kind in earlier.items() if kind != "note"]
    name = draw(st.sampled_from(asked))
    return comparison(draw, name, earlier[name])


@st.composite
def instruments(draw: Any) -> tuple[dict, dict[str, str]]:
    """Draw an instrument of a few items in two sections, with rules wherever they may stand."""
    kinds: dict[str, str] = {}
    size = 1
    for n in range(draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(sorted(KINDS)))
        if n == 0 and kind == "note":
            kind = "single"
        if size * (len(answers(kind)) + 1) <= LIMIT:
            size *= len(answers(kind)) + 1
            kinds[f"q{n}"] = kind
    cut = draw(st.integers(0, len(kinds)))
    sections = [{"id": "s1", "items": []}, {"id": "s2", "items": []}]
    earlier: dict[str, str] = {}
    listed = list(kinds)
    for place, name in enumerate(listed):
        section = sections[place >= cut]
        if place == cut and earlier and draw(st.booleans()):
            section["show_if"] = rule(draw, earlier)
        item = {"id": name, "title": name, **KINDS[kinds[name]]}
        if kinds[name] != "note" and draw(st.booleans()):
            item["required"] = True
        if earlier and draw(st.integers(0, 2)) == 0:
            item["show_if"] = rule(draw, earlier)
        if earlier and kinds[name] in OFFERING and draw(st.booleans()):
            kept = [dict(option) for option in item["options"]]
            for option in kept:
                if draw(st.booleans()):
                    option["show_if"] = rule(draw, earlier)
            item["options"] = kept
        earlier[name] = kinds[name]
        later = [*listed[place + 1 :], "end", *(["s2"] if place < cut < len(listed) else [])]
        if kinds[name] != "note" and draw(st.integers(0, 3)) == 0:
            item["jumps"] = [
                {"if": rule(draw, earlier, 1), "to": draw(st.sampled_from(later))}
                for _n in range(draw(st.integers(1, 2)))
            ]
        section["items"].append(item)
    definition: dict = {"title": "t", "lang": "en", "sections": [one for one in sections if one["items"]]}
    if draw(st.booleans()):
        definition["checks"] = [
            {"rule": rule(draw, earlier), "message": "m", "at": next(iter(earlier))}
            for _n in range(draw(st.integers(1, 2)))
        ]
    return definition, kinds


def everything(definition: dict, kinds: dict[str, str]) -> dict[str, Any]:
    """Return what can happen: who is asked or not, what is offered, which checks hold, and the lengths."""
    ready = questionnaires.prepare(definition, "en")
    domains = [[None, *answers(kinds[item.name])] for item in ready.items]
    asked, unasked, shown, hidden = set(), set(), set(), set()
    full: dict[str, set[bool]] = {}
    checks: dict[int, set[bool]] = {}
    few, many, short, long = 10**9, 0, 1e9, 0.0
    for chosen in product(*domains):
        given = {item.name: value for item, value in zip(ready.items, chosen, strict=True) if value is not None}
        on_path, kept = walk(ready.items, given)
        told = stuck(on_path, given, kept, kinds)
        if told is None or any(name in given for name in given.keys() - {item.name for item in on_path}):
            continue
        for name, can in told.items():
            full.setdefault(name, set()).add(can)
        names_here = {item.name for item in on_path}
        asked |= names_here
        unasked |= {item.name for item in ready.items} - names_here
        for item in on_path:
            if item.option_rules:
                open_now = offered(item, {key: value for key, value in kept.items() if key != item.name})
                shown |= {(item.name, value) for value in item.option_rules if value in open_now}
                hidden |= {(item.name, value) for value in item.option_rules if value not in open_now}
        for number, check in enumerate(ready.checks, start=1):
            if names(check.rule) <= kept.keys():
                checks.setdefault(number, set()).add(holds(check.rule, kept))
        numbered = sum(1 for item in on_path if item.number)
        seconds = sum(item.kind.seconds(item) for item in on_path)
        few, many, short, long = min(few, numbered), max(many, numbered), min(short, seconds), max(long, seconds)
    return {
        "asked": asked,
        "unasked": unasked,
        "shown": shown,
        "hidden": hidden,
        "full": full,
        "checks": checks,
        "span": (few, many, short, long),
    }


def stuck(on_path: list, given: dict, kept: dict, kinds: dict[str, str]) -> dict[str, bool] | None:
    """Return which required items can be completed; None when nobody would send these answers."""
    told: dict[str, bool] = {}
    before: dict = {}
    for item in on_path:
        if part(given, item) != part(kept, item):
            return None  # an option that was not offered
        open_now = offered(item, before)
        own = part(kept, item)
        if own and kinds[item.name] == "sum" and own[item.name].keys() != open_now:
            return None  # what is left empty counts as 0
        if item.required:
            told[item.name] = any(
                (not item.option_rules or item.kind.within({item.name: value}, item, open_now) == {item.name: value})
                and item.kind.complete({item.name: value}, item)
                for value in answers(kinds[item.name])
            )
            if told[item.name] and not item.kind.complete(own, item):
                return None
            if not told[item.name] and own:
                return None  # goes on without an answer
        before |= own
    return told
