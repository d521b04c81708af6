"""The path: what is asked follows from what was answered, and answers off it are dropped."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from questions import named
from questions.base import END, Item, Jump
from questions.paths import Check, offered, unanswered, walk
from questions.rule_text import parse
from questions.rules import OPERATORS, Compare, holds

NAMES = ("a", "b", "c", "d")


def choice(name: str, conditions: tuple[Compare, ...] = (), required: bool = False) -> Item:
    definition = {"type": "single", "options": [{"v": v, "t": v} for v in "xyz"]}
    kind = named(definition)
    assert kind is not None
    return Item(name, kind, name, required=required, settings=kind.prepare(definition), rules=conditions)


@st.composite
def questionnaires(draw) -> list[Item]:
    """Four questions, each hanging on earlier ones in any way."""
    items: list[Item] = []
    for place, name in enumerate(NAMES):
        conditions = ()
        if place and draw(st.booleans()):
            op = draw(st.sampled_from(["in", "not_in", "==", "!=", "answered"]))
            value = draw(st.lists(st.sampled_from("xyz"), min_size=1, max_size=3, unique=True))
            conditions = (Compare(draw(st.sampled_from(NAMES[:place])), op, value),)
        items.append(choice(name, conditions, draw(st.booleans())))
    return items


@given(questionnaires(), st.dictionaries(st.sampled_from(NAMES), st.sampled_from("xyz")))
def test_what_is_kept_was_asked_and_would_be_asked_again(items, answers) -> None:
    asked, kept = walk(items, answers)
    names = {item.name for item in asked}
    assert set(kept) <= names & set(answers)
    assert all(kept[name] == answers[name] for name in kept)
    assert walk(items, kept) == (asked, kept), "dropping ghosts changes nothing that was kept"
    for item in items:
        assert (item.name in names) == all(holds(condition, kept) for condition in item.rules)
    assert {item.name for item in unanswered(asked, kept)} == {i.name for i in asked if i.required} - set(kept)


@given(st.sampled_from(OPERATORS), st.sampled_from(["x", 3, ["x", "y"], None]))
def test_an_unanswered_question_holds_nothing(op, value) -> None:
    assert holds(Compare("a", op, value), {}) is False


def test_operators() -> None:
    assert holds(Compare("a", "in", ["x", "y"]), {"a": "y"})
    assert not holds(Compare("a", "not_in", ["x", "y"]), {"a": "y"})
    assert holds(Compare("a", "==", "x"), {"a": ["x", "y"]})
    assert holds(Compare("a", "!=", "z"), {"a": ["x", "y"]})
    assert holds(Compare("a", ">=", 3), {"a": 3}) and not holds(Compare("a", "<=", 2), {"a": 3})
    assert holds(Compare("a", "in", [1, 2]), {"a": 2}), "numbers in a list are the same as words"


def asked(items: list[Item], **answers: str) -> list[str]:
    return [item.name for item in walk(items, answers)[0]]


def test_jumps_lead_on_and_never_back() -> None:
    a, b, c, d = (choice(name) for name in NAMES)
    onward = replace(a, jumps=(Jump(parse('a == "x"'), "c"), Jump(parse("answered(a)"), END)))
    assert asked([onward, b, c, d]) == ["a", "b", "c", "d"], "no jump holds without an answer"
    assert asked([onward, b, c, d], a="x") == ["a", "c", "d"]
    assert asked([onward, b, c, d], a="y") == ["a"]
    back = replace(c, jumps=(Jump(parse("answered(c)"), "a"), Jump(parse("answered(c)"), "nowhere")))
    assert asked([a, b, back, d], c="x") == ["a", "b", "c", "d"]
    section = [a, replace(b, section="s"), replace(c, section="t"), replace(d, section="t")]
    section[0] = replace(a, jumps=(Jump(parse("answered(a)"), "t"),))
    assert asked(section, a="x") == ["a", "c", "d"], "a jump to a section lands on its first item"


def test_what_a_jump_leads_over_is_dropped() -> None:
    items = [replace(choice("a"), jumps=(Jump(parse('a == "x"'), "c"),)), choice("b"), choice("c")]
    assert walk(items, {"a": "x", "b": "y", "c": "z"})[1] == {"a": "x", "c": "z"}


def test_an_option_that_is_not_offered_is_not_kept() -> None:
    b = replace(choice("b"), option_rules={"y": parse('a == "x"')})
    assert offered(b, {"a": "x"}) == {"x", "y", "z"} and offered(b, {}) == {"x", "z"}
    assert walk([choice("a"), b], {"a": "z", "b": "y"})[1] == {"a": "z"}
    assert walk([choice("a"), b], {"a": "x", "b": "y"})[1] == {"a": "x", "b": "y"}


def test_a_check_waits_for_all_its_answers() -> None:
    check = Check(parse("b <= a"), "too many", "b")
    assert not check.fails({"b": 3}) and not check.fails({"a": 3, "b": 3}) and check.fails({"a": 2, "b": 3})
