"""A version made ready to ask: items, path, fields and sizes, worked out once per process and language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from core.i18n import _, speaking
from forms.questionnaire import CODE, PADDING, questions
from questions import named
from questions.base import Item, Jump
from questions.paths import Check
from questions.rules import Rule, comparisons, read
from surveys import queries
from surveys.instruments import in_language, sections, spoken
from surveys.models import Version

SEALED_STEP, SENT_STEP = 256, 512
ENVELOPE = 64  # bytes around the answers in a sealed row: channel, completeness, brackets
CODE_BYTES = 80


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the questionnaire: one step on a phone."""

    name: str
    title: str
    intro: str
    items: tuple[Item, ...]
    rule: str  # when it is asked, in words, for those whose browser runs no script
    shuffle: bool  # its items are shown in an order drawn for each respondent


@dataclass(frozen=True, slots=True)
class Ready:
    """A version in one language. `sealed_size` and `sent_size`: bytes every response takes, whatever it says."""

    title: str
    intro: str
    language: str
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    checks: tuple[Check, ...]
    fields: Mapping[str, Any]
    sealed_size: int
    sent_size: int

    def item(self, name: str) -> Item | None:
        """Return the item of that name, or None."""
        return next((item for item in self.items if item.name == name), None)


def ready(version: Version, language: str = "") -> Ready:
    """Return a version ready to ask in `language` ("" for its own); made once per process."""
    return ready_by_id(version.id, language)


def ready_by_id(version_id: int, language: str = "") -> Ready:
    """Return the same by the version's id, without asking the database when it was made before."""
    cache = current_app.extensions.setdefault("questionnaires", {})
    made = cache.get((version_id, language))
    if made is None:
        version = queries.version(version_id)
        made = cache[version_id, language] = prepare(version.definition, language or version.language)
    return made


def prepare(definition: Mapping[str, Any], language: str = "") -> Ready:
    """Return a checked definition ready to ask."""
    language = language or spoken(definition)
    with speaking(language):
        told = in_language(dict(definition), language)
        parts: list[Section] = []
        so_far: list[Item] = []
        for section in sections(told):
            items: list[Item] = []
            for found in section["items"]:
                number = 1 + sum(item.kind.answerable for item in (*so_far, *items))
                items.append(_item(found, section, number))
            so_far += items
            parts.append(
                Section(
                    section.get("id", ""),
                    section.get("title", ""),
                    section.get("intro", ""),
                    tuple(items),
                    _rule(_rules(section), so_far),
                    bool(section.get("shuffle")),
                )
            )
        return Ready(
            title=str(told["title"]).strip(),
            intro=told.get("intro", ""),
            language=language,
            sections=tuple(parts),
            items=tuple(so_far),
            checks=tuple(Check(read(c["rule"]), c["message"], c["at"]) for c in told.get("checks", ())),
            fields=questions(so_far),
            sealed_size=_up(ENVELOPE + sum(i.kind.max_bytes(i) for i in so_far), SEALED_STEP),
            sent_size=_up(
                sum(i.kind.max_sent(i) for i in so_far) + len(CODE) + CODE_BYTES + len(PADDING) + 4, SENT_STEP
            ),
        )


def _item(definition: Mapping[str, Any], section: Mapping[str, Any], number: int) -> Item:
    kind = named(definition)
    assert kind is not None, "checked when the version was frozen"
    return Item(
        name=definition["id"],
        kind=kind,
        title=definition["title"].strip(),
        help=definition.get("help", ""),
        required=definition.get("required", False),
        settings=kind.prepare(definition),
        rules=(*_rules(section), *_rules(definition)),
        jumps=tuple(Jump(read(jump["if"]), jump["to"]) for jump in definition.get("jumps", ())),
        option_rules={
            str(option["v"]): read(option["show_if"])
            for option in definition.get("options", ())
            if option.get("show_if")
        },
        section=section.get("id", ""),
        shuffle=bool(definition.get("shuffle")),
        number=number if kind.answerable else 0,
    )


def _rules(thing: Mapping[str, Any]) -> tuple[Rule, ...]:
    raw = thing.get("show_if")
    return (read(raw),) if raw else ()


def _rule(rules: tuple[Rule, ...], items: list[Item]) -> str:
    """Say in words when something is asked, for those whose browser runs no script."""
    for compare in (compare for rule in rules for compare in comparisons(rule)):
        asked = next((item for item in items if item.name == compare.item), None)
        if asked is None:
            continue
        if compare.op == "answered":
            return _("Only if you answered question %(number)s.", number=asked.number)
        words = asked.kind.values(asked)
        wanted = compare.value if isinstance(compare.value, tuple) else [compare.value]
        said = _(", ").join(f"“{words.get(str(value), value)}”" for value in wanted)
        if compare.op in ("in", "=="):
            return _("Only if you chose %(values)s in question %(number)s.", values=said, number=asked.number)
        if compare.op in ("not_in", "!="):
            return _(
                "Only if you chose something other than %(values)s in question %(number)s.",
                values=said,
                number=asked.number,
            )
        return _("Only if it applies to your answer to question %(number)s.", number=asked.number)
    return ""


def _up(size: int, step: int) -> int:
    return -(-size // step) * step
