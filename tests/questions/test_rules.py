"""One rule language: its text form loses nothing, its words say what it means, and browser and server agree."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from core.i18n import speaking
from core.settings import ROOT
from questions import paths
from questions.rule_text import RuleSyntax, parse, text
from questions.rule_words import hint, told
from questions.rules import Compare, Either, Every, Not, Other, Rule, holds, mapping, read
from surveys import browser as page
from surveys.questionnaires import Ready, prepare
from tests.conftest import words_of_errors

INSTRUMENTS, ANSWERS = 600, 4

# ---- text form ---------------------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,6}", fullmatch=True), st.sampled_from(["in", "not", "count", "all", "true"])
)
PARTS = st.one_of(st.just(""), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,6}", fullmatch=True), st.just("三 班"))
PLAIN = st.one_of(
    st.text(max_size=12),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=3).map(tuple), st.builds(Other, NAMES, PARTS))
COMPARED = st.builds(
    Compare,
    NAMES,
    st.sampled_from(["==", "!=", "in", "not_in", ">", ">=", "<", "<=", "contains"]),
    VALUES,
    PARTS,
    st.booleans(),
)
RULES: st.SearchStrategy[Rule] = st.recursive(
    st.one_of(COMPARED, st.builds(lambda item, part: Compare(item, "answered", None, part), NAMES, PARTS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda rules: Every(tuple(rules))),
        st.lists(inner, max_size=3).map(lambda rules: Either(tuple(rules))),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


@given(RULES)
def test_what_is_written_is_read_as_the_same_rule(rule: Rule) -> None:
    assert parse(text(rule)) == rule, text(rule)
    assert read(mapping(rule)) == rule


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("q1 ＝ “甲”", 'q1 == "甲"'),
        ("（q1 == ‘a’ 或 q2 ≥ ３） 且 非 answered（q3）", '(q1 == "a" or q2 >= 3) and not answered(q3)'),
        ("q1 in （“a”，“b”）", 'q1 in ("a", "b")'),
        ("q5 包含 「park」", 'q5 contains "park"'),
        ("NOT q1 == 1 AND q2 <> 2 || q3 = 3", "not q1 == 1 and q2 != 2 or q3 == 3"),
        ("q1 not in ('x', 'y',)", 'q1 not in ("x", "y")'),
        ("q4.canteen<=2", "q4.canteen <= 2"),
        ("((q7 >= q6))", "q7 >= q6"),
        ("[in] == 'a' and q1.2nd-row == [not].x", '[in] == "a" and q1.2nd-row == [not].x'),
    ],
)
def test_people_write_in_many_ways(written: str, meant: str) -> None:
    assert text(parse(written)) == meant and parse(written) == parse(meant)


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("", 1),
        ("q1", 3),
        ("q1 ==", 6),
        ('q1 == "a', 7),
        ('q1 == "a" q2 == 1', 11),
        ("(q1 == 1", 9),
        ("q1 == 1)", 8),
        ("count q1 > 2", 7),
        ("q1 ~ 2", 4),
        ("q1 in (1 2)", 10),
        ("q1. == 2", 5),
        ("[q1 == 2", 1),
        ("and q1 == 1", 1),
        ("not", 4),
        ("(" * 30 + "q1 == 1" + ")" * 30, 21),
        ("not " * 5000, 4001),
        ("q1 ＝＝＝ 2", 6),
    ],
)
def test_errors_say_where(written: str, column: int) -> None:
    with words_of_errors(), pytest.raises(RuleSyntax) as wrong:
        parse(written)
    assert wrong.value.column == column and wrong.value.message and str(column) in str(wrong.value)


@given(st.text(alphabet="q1=\"'“”()（）<>!且或 .,[]andortin\\", max_size=40))
def test_no_text_breaks_the_reader(written: str) -> None:
    with words_of_errors():
        try:
            rule = parse(written)
        except RuleSyntax as wrong:
            assert 1 <= wrong.column <= len(written) + 1
        else:
            assert parse(text(rule)) == rule


# ---- meaning -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "answers", "verdict"),
    [
        ("count(q) >= 2", {"q": ["a", "b"]}, True),
        ("count(q) == 1", {"q": "words"}, True),
        ("count(q) < 2", {}, False),
        ("not count(q) >= 1", {}, True),
        ('q contains "b"', {"q": ["a", "b"]}, True),
        ('q contains ("a", "c")', {"q": ["a", "b"]}, False),
        ('q contains "食堂"', {"q": "去食堂吃饭"}, True),
        ("q.row <= 2", {"q": {"row": 2}}, True),
        ("q.row.col == 5", {"q": {"row": {"col": 5}}}, True),
        ('q.1 == "b"', {"q": ["b", "a"]}, True),
        ('q.3 == "b"', {"q": ["b", "a"]}, False),
        ("q == 1", {"q": {"row": 1}}, False),
        ("q != 1", {"q": {"row": 1}}, False),
        ("answered(q)", {"q": {"row": 1}}, True),
        ("q >= r", {"q": 3, "r": 2.5}, True),
        ("q >= r", {"q": 3}, False),
        ('q > "2026-01-31"', {"q": "2026-02-01"}, True),
        ('q > "08:30"', {"q": "2026-02-01"}, False),
        ("q == 3", {"q": 3.0}, True),
        ('q == "0.00001"', {"q": 0.00001}, True),
        ("q > 2", {"q": "10"}, True),
        ("q == true", {"q": "true"}, True),
    ],
)
def test_meaning(rule: str, answers: dict[str, Any], verdict: bool) -> None:
    assert holds(parse(rule), answers) is verdict


STAGE = {
    "title": "t",
    "items": [
        {"id": "note", "type": "note", "title": "words"},
        {"id": "a", "type": "single", "title": "A", "options": [{"v": "x", "t": "早班"}, {"v": "y", "t": "夜班"}]},
        {"id": "b", "type": "multi", "title": "B", "options": [{"v": "x", "t": "饭菜"}, {"v": "y", "t": "停车"}]},
        {"id": "c", "type": "matrix", "title": "C", "rows": [{"v": "r", "t": "食堂"}], "scale": {"min": 1, "max": 5}},
        {"id": "d", "type": "date", "title": "D"},
    ],
}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('a == "x"', "the answer to question 1 is “早班”"),
        ('a in ("x", "y")', "the answer to question 1 is “早班” or “夜班”"),
        ('not answered(a) and b contains "y"', "question 1 was not answered and “停车” was chosen in question 2"),
        ("c.r <= 2", "the answer to “食堂” in question 3 is at most"),
        ("count(b) >= 2", "at least 2 answers were given in question 2"),
        ('d > "2026-01-01"', "the answer to question 4 is later than “2026-01-01”"),
        ('(a == "x" or a == "y") and answered(b)', "(the answer to question 1 is “早班” or the answer to"),
        ("c.r == gone", "is the answer to gone"),
        ('not (a == "x" or answered(b))', "it is not so that the answer to question 1 is “早班” or question 2 was"),
    ],
)
def test_words_name_numbers_and_options(rule: str, words: str) -> None:
    with words_of_errors(), speaking("en"):
        items = prepare(STAGE, "en").items
        assert words in told(parse(rule), items)
        assert hint((parse(rule),), items).startswith("Only if ") and hint((), items) == ""


@given(RULES)
def test_every_rule_can_be_told(rule: Rule) -> None:
    with words_of_errors():
        assert told(rule, ())


# ---- the browser -------------------------------------------------------------------------------------------------


class Invention:
    """Random instruments and answers: any comparable kind, nested rules, jumps, option rules."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def instrument(self) -> dict[str, Any]:
        self.items: list[dict[str, Any]] = []
        sections = []
        places = self.chance.randint(2, 9)
        for number in range(self.chance.randint(1, 4)):
            section: dict[str, Any] = {"id": f"s{number}", "title": "", "items": []}
            if self.items and self.chance.random() < 0.4:
                section["show_if"] = mapping(self.rule(2))
            for _place in range(max(1, places // 2)):
                section["items"].append(self.item())
            sections.append(section)
        goals = [*(item["id"] for item in self.items), *(section["id"] for section in sections), "end"]
        for item in self.items:
            if self.chance.random() < 0.25:
                jumps = self.chance.randint(1, 2)
                item["jumps"] = [{"if": mapping(self.rule(1)), "to": self.chance.choice(goals)} for _ in range(jumps)]
        return {"title": "t", "sections": sections}

    def item(self) -> dict[str, Any]:
        name, pick = f"q{len(self.items)}", self.chance.choice
        options = [{"v": value, "t": value.upper()} for value in ("a", "b", "c", "1", "2.5")]
        made: dict[str, Any] = dict(
            pick(
                [
                    {"type": "single", "options": options},
                    {"type": "single", "options": [*options, {"v": "own", "t": "own", "text": True}]},
                    {"type": "multi", "options": [*options, {"v": "own", "t": "own", "text": True}]},
                    {"type": "scale", "scale": {"min": 1, "max": 5}},
                    {"type": "nps"},
                    {"type": "text"},
                    {"type": "matrix", "rows": options[:3], "scale": {"min": 1, "max": 5}},
                    *KINDS,
                ]
            )
        )
        made |= {"id": name, "title": name}
        if self.items and self.chance.random() < 0.4:
            made["show_if"] = mapping(self.rule(3))
        if self.items and "options" in made and made["type"] != "cascade" and self.chance.random() < 0.4:
            made["options"] = [
                {**option, "show_if": mapping(self.rule(1))} if self.chance.random() < 0.5 else option
                for option in made["options"]
            ]
        self.items.append(made)
        return made

    def rule(self, depth: int) -> Rule:
        kind = self.chance.random()
        if depth and kind < 0.2:
            return Every(tuple(self.rule(depth - 1) for _ in range(self.chance.randint(1, 3))))
        if depth and kind < 0.4:
            return Either(tuple(self.rule(depth - 1) for _ in range(self.chance.randint(1, 3))))
        if depth and kind < 0.5:
            return Not(self.rule(depth - 1))
        item = self.chance.choice(self.items)
        op = self.chance.choice(["==", "!=", "in", "not_in", ">", ">=", "<", "<=", "contains", "answered"])
        part = self.chance.choice(["", "", "", "a", "b", "1", "2", "a.x"])
        if op == "answered":
            return Compare(item["id"], op, None, part)
        count = self.chance.random() < 0.15
        return Compare(item["id"], op, self.chance.randint(0, 3) if count else self.wanted(item), part, count)

    def wanted(self, item: dict[str, Any]) -> Any:
        if self.chance.random() < 0.2:
            return Other(self.chance.choice(self.items)["id"], self.chance.choice(["", "", "a", "1"]))
        value = self.answer(item).get(item["id"])
        while isinstance(value, dict):
            value = next(iter(value.values()), None)
        if isinstance(value, list):
            return tuple(value)
        if self.chance.random() < 0.3:
            return (value, self.chance.choice(["a", "b", 3, 2.5, True, None]))
        return value

    def answers(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for item in self.items:
            if self.chance.random() < 0.75:
                given |= self.answer(item)
        return given

    def answer(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an answer as `read` keeps it."""
        name, chance = item["id"], self.chance
        values = [option["v"] for option in item.get("options", ())] or ["a", "b"]
        some = [value for value in values if chance.random() < 0.5] or values[:1]
        rows = [row["v"] for row in item.get("rows", ()) if isinstance(item["rows"], list)]
        made: Any = {
            "single": lambda: chance.choice(values),
            "dropdown": lambda: chance.choice(values),
            "multi": lambda: some,
            "ranking": lambda: chance.sample(values, len(values)),
            "constant_sum": lambda: {value: chance.randint(0, 9) for value in values},
            "scale": lambda: chance.randint(1, 5),
            "stars": lambda: chance.randint(1, 5),
            "nps": lambda: chance.randint(0, 10),
            "text": lambda: chance.choice(["a", "B", "2.5", "2026-01-31", "08:30", "食堂 ABC", "constructor", "İ"]),
            "yes_no": lambda: chance.choice(["yes", "no"]),
            "number": lambda: chance.choice([0, 1, 2.5, -3, 0.00001, 7.25, 1000000]),
            "date": lambda: chance.choice(["2026-01-31", "2025-12-01"]),
            "time": lambda: chance.choice(["08:30", "23:00"]),
            "matrix": lambda: {row: chance.choice([1, 2, 3, "na"]) for row in rows[: chance.randint(1, 3)]},
            "matrix_multi": lambda: dict.fromkeys(rows, some),
            "matrix_number": lambda: {row: chance.choice([3, {"x": 2}]) for row in rows},
            "matrix_text": lambda: dict.fromkeys(rows, "a"),
            "blanks": lambda: {"a": chance.choice(["a", "检修"]), "b": chance.randint(0, 5)},
            "cascade": lambda: chance.choice([["a"], ["a", "x"], ["b"]]),
            "note": lambda: None,
        }[item["type"]]()
        if made is None:
            return {}
        own = made == "own" or (isinstance(made, list) and "own" in made)
        return {name: made, f"{name}_own": "words"} if own else {name: made}


ROWS = [{"v": "a", "t": "A"}, {"v": "b", "t": "B"}]
FEW = [*ROWS, {"v": "1", "t": "C"}]
KINDS: list[dict[str, Any]] = [
    {"type": "dropdown", "options": FEW},
    {"type": "yes_no"},
    {"type": "stars"},
    {"type": "ranking", "options": FEW},
    {"type": "constant_sum", "options": FEW},
    {"type": "number", "decimals": 5},
    {"type": "date"},
    {"type": "time"},
    {"type": "matrix_multi", "rows": ROWS, "options": FEW},
    {"type": "matrix_number", "rows": ROWS},
    {"type": "matrix_text", "rows": ROWS},
    {
        "type": "blanks",
        "text": "__{a}__ __{b}__",
        "blanks": [{**ROWS[0], "kind": "text"}, {**ROWS[1], "kind": "number"}],
    },
    {"type": "cascade", "levels": ["1", "2"], "tree": [{**ROWS[0], "options": [{"v": "x", "t": "X"}]}, ROWS[1]]},
    {"type": "note"},
]


def cases() -> Iterator[tuple[Ready, dict[str, Any]]]:
    for seed in range(INSTRUMENTS):
        invention = Invention(seed)
        ready = prepare(invention.instrument(), "zh")
        for _answer in range(ANSWERS):
            yield ready, json.loads(json.dumps(invention.answers()))


def judged(ready: Ready, answers: dict[str, Any]) -> dict[str, Any]:
    """Return the server's verdict: the items asked, the answers kept, the options offered."""
    asked, kept = paths.walk(ready.items, answers)
    so_far: dict[str, Any] = {}
    open_: dict[str, list[str]] = {}
    for item in asked:
        if item.option_rules:
            offered = paths.offered(item, so_far)
            open_[item.name] = [value for value in item.kind.values(item) if value in offered]
        so_far |= paths.part(kept, item)
    return {"asked": [item.name for item in asked], "kept": kept, "offered": open_}


@pytest.mark.browser
def test_browser_and_server_agree(browser: Browser) -> None:
    with words_of_errors():
        every = list(cases())
        wanted = [judged(ready, answers) for ready, answers in every]
        sent = [{"items": page.known(ready)["items"], "answers": answers} for ready, answers in every]
    tab = browser.new_page()
    tab.add_script_tag(path=str(ROOT / "static" / "js" / "rules.js"))
    found: list[dict[str, Any]] = []
    for start in range(0, len(sent), 400):
        found += tab.evaluate(
            "cases => cases.map(c => xsRules.walk(xsRules.full(c.items), c.answers))", sent[start : start + 400]
        )
    tab.close()
    branched = dropped = limited = 0
    for (ready, answers), server, script in zip(every, wanted, found, strict=True):
        script["offered"] = {name: script["offered"][name] for name in server["offered"]}
        assert script == server, json.dumps([page.known(ready)["items"], answers], ensure_ascii=False)
        branched += len(server["asked"]) < len(ready.items)
        dropped += server["kept"] != answers
        limited += any(len(server["offered"][n]) < len(ready.item(n).option_rules) for n in server["offered"])  # type: ignore[union-attr]
    print(
        f"\n{INSTRUMENTS} instruments, {len(every)} answers: {branched} paths branch, {dropped} drop answers, {limited}"
    )
    assert INSTRUMENTS >= 500 and branched > len(every) / 2 and dropped > len(every) / 2 and limited > 100
