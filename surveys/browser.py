"""What the page's script must know of a questionnaire: the definition that `static/js/rules.js` judges."""

from typing import Any

from core.i18n import _, speaking
from questions import piping
from questions.base import Item, Measure
from questions.rules import mapping, names
from surveys.questionnaires import Ready, Section

COMPLETE_BY_ROW = ("rows", "row_lists", "fields")


def known(ready: Ready) -> dict[str, Any]:
    """Return items, checks and section order as JSON values; what is usual is left out (`rules.js` puts it back)."""
    with speaking(ready.language):
        wanted = {name for section in ready.sections for name in piping.names(section.intro)}
        wanted |= {name for item in ready.items for text in piping.texts(item) for name in piping.names(text)}
        return {
            "items": [_item(item, item.name in wanted) for item in ready.items],
            "checks": [
                {"rule": mapping(check.rule), "message": check.message, "at": check.at} for check in ready.checks
            ],
        }


def _item(item: Item, is_piped: bool) -> dict[str, Any]:
    kind = item.kind
    told: dict[str, Any] = {"id": item.name, "section": item.section, "shape": kind.page_shape}
    keys = [*kind.answer_keys(item)] if kind.answerable else []
    told["text"] = not kind.answerable
    told["keys"] = [] if keys == [item.name] else keys
    told["rules"] = [mapping(rule) for rule in item.rules]
    told["jumps"] = [{"if": mapping(jump.rule), "to": jump.to} for jump in item.jumps]
    told["only"] = {value: mapping(rule) for value, rule in item.option_rules.items()}
    told["options"] = [*kind.values(item)] if item.option_rules or kind.page_shape == "order" else []
    told["numbers"] = _numbers(item)
    told["total"] = item.settings["total"] if kind.page_shape == "amounts" else 0
    told["need"] = needed(item) if item.required else 0
    demand = kind.demand(item) if item.required else ""
    told["demand"] = "" if demand == _("Please answer this question.") else demand
    told["words"] = dict(kind.values(item)) if is_piped else {}
    return {key: value for key, value in told.items() if value}


def needed(item: Item) -> int:
    """Return how many parts (rows, blanks, places) a required answer must have."""
    kind = item.kind
    if kind.page_shape in COMPLETE_BY_ROW:
        return len(kind.parts(item)) or 1
    if kind.page_shape == "order":  # options with a rule may not be offered
        return max(1, min(item.settings["places"], len(kind.values(item)) - len(item.option_rules)))
    return 1


def _numbers(item: Item) -> list[str]:
    """Return the posted names under which numbers are sent; "" where there is no answer or only words."""
    if not item.kind.answerable:
        return []
    return [
        column.name
        for column in item.kind.exported(item)
        if column.measure is Measure.NUMBER or any(isinstance(value, int) for value in column.labels)
    ]


def anchored(section: Section) -> frozenset[str]:
    """Return the items that keep their place when a section is shuffled: text, and whatever logic ties together."""
    tied: set[str] = set()
    own = {item.name for item in section.items}
    for item in section.items:
        rules = [*item.rules, *(jump.rule for jump in item.jumps), *item.option_rules.values()]
        asked = {name for rule in rules for name in names(rule)} & own
        asked |= {name for text in piping.texts(item) for name in piping.names(text)} & own
        if asked or item.jumps or not item.kind.answerable:
            tied |= asked | {item.name}
    return frozenset(tied)
