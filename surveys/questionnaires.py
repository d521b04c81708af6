"""A version made ready to ask: items, path, fields and sizes, worked out once per process and language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from core.i18n import _, speaking
from forms.questionnaire import CODE, PADDING, questions
from questions import named
from questions.base import Condition, Item
from surveys import queries
from surveys.instruments import in_language, sections, spoken
from surveys.models import Version

SEALED_STEP, SENT_STEP = 256, 512
ENVELOPE = 64  # bytes around the answers in a sealed row: channel, completeness, brackets
CODE_BYTES = 80


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the questionnaire: one step on a phone."""

    title: str
    intro: str
    items: tuple[Item, ...]
    rule: str  # when it is asked, in words, for those whose browser runs no script


@dataclass(frozen=True, slots=True)
class Ready:
    """A version in one language. `sealed_size` and `sent_size`: bytes every response takes, whatever it says."""

    title: str
    intro: str
    language: str
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
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
            outer = _conditions(section)
            items = tuple(_item(found, outer, len(so_far) + place) for place, found in enumerate(section["items"], 1))
            so_far += items
            parts.append(Section(section.get("title", ""), section.get("intro", ""), items, _rule(outer, so_far)))
        return Ready(
            title=str(told["title"]).strip(),
            intro=told.get("intro", ""),
            language=language,
            sections=tuple(parts),
            items=tuple(so_far),
            fields=questions(so_far),
            sealed_size=_up(ENVELOPE + sum(i.kind.max_bytes(i) for i in so_far), SEALED_STEP),
            sent_size=_up(
                sum(i.kind.max_sent(i) for i in so_far) + len(CODE) + CODE_BYTES + len(PADDING) + 4, SENT_STEP
            ),
        )


def _item(definition: Mapping[str, Any], outer: tuple[Condition, ...], number: int) -> Item:
    kind = named(definition)
    assert kind is not None, "checked when the version was frozen"
    return Item(
        name=definition["id"],
        kind=kind,
        title=definition["title"].strip(),
        help=definition.get("help", ""),
        required=definition.get("required", False),
        settings=kind.prepare(definition),
        conditions=(*outer, *_conditions(definition)),
        number=number,
    )


def _conditions(thing: Mapping[str, Any]) -> tuple[Condition, ...]:
    rule = thing.get("show_if")
    return (Condition(rule["item"], rule.get("op", "=="), rule.get("value")),) if rule else ()


def _rule(conditions: tuple[Condition, ...], items: list[Item]) -> str:
    for condition in conditions:
        asked = next((item for item in items if item.name == condition.item), None)
        if asked is None:
            continue
        if condition.op == "answered":
            return _("Only if you answered question %(number)s.", number=asked.number)
        words = asked.kind.values(asked)
        wanted = condition.value if isinstance(condition.value, list) else [condition.value]
        said = _(", ").join(f"“{words.get(str(value), value)}”" for value in wanted)
        if condition.op in ("in", "=="):
            return _("Only if you chose %(values)s in question %(number)s.", values=said, number=asked.number)
        if condition.op in ("not_in", "!="):
            return _(
                "Only if you chose something other than %(values)s in question %(number)s.",
                values=said,
                number=asked.number,
            )
        return _("Only if it applies to your answer to question %(number)s.", number=asked.number)
    return ""


def _up(size: int, step: int) -> int:
    return -(-size // step) * step
