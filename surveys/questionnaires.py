"""A version made ready to ask: items, path, fields and sizes, worked out once per process and language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from core.i18n import speaking
from forms.questionnaire import CODE, PADDING, questions
from questions import named, piping
from questions.base import Item, Jump
from questions.paths import Check
from questions.rule_text import parse
from questions.rule_words import hint, offers, onward
from questions.rules import Rule, read
from surveys import queries
from surveys.definitions import in_language, sections, spoken
from surveys.models import Version

SEALED_STEP, SENT_STEP = 256, 512
ENVELOPE = 64  # bytes around the answers in a sealed row: channel, completeness, brackets
CODE_BYTES = 80
TOKEN_BYTES = 640  # beside the answers of a ballot: its number, signature and salt in base64, their names, the door


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
class Hints:
    """What the logic of one item says: when it is asked and what it offers, then where the path goes on."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """A version in one language. `sealed_size` and `sent_size`: bytes every response takes, whatever it says.

    `hints`: item -> what its rules and jumps say in words, for paper and for those whose browser runs no script.
    `piped`: some text shows an earlier answer.
    """

    title: str
    intro: str
    language: str
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    checks: tuple[Check, ...]
    fields: Mapping[str, Any]
    sealed_size: int
    sent_size: int
    hints: Mapping[str, "Hints"]
    piped: bool

    @property
    def cast_size(self) -> int:
        """Return how many bytes every ballot cast takes."""
        return _up(self.sent_size + TOKEN_BYTES, SENT_STEP)

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
                    hint(_rules(section), so_far),
                    bool(section.get("shuffle")),
                )
            )
        return Ready(
            title=str(told["title"]).strip(),
            intro=told.get("intro", ""),
            language=language,
            sections=tuple(parts),
            items=tuple(so_far),
            checks=tuple(Check(_read(c["rule"]), c["message"], c["at"]) for c in told.get("checks", ())),
            fields=questions(so_far),
            sealed_size=_up(ENVELOPE + sum(i.kind.max_bytes(i) for i in so_far), SEALED_STEP),
            sent_size=_up(
                sum(i.kind.max_sent(i) for i in so_far) + len(CODE) + CODE_BYTES + len(PADDING) + 4, SENT_STEP
            ),
            hints=_hints(parts, so_far),
            piped=any(piping.names(text) for text in _texts(parts)),
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
        jumps=tuple(Jump(_read(jump["if"]), jump["to"]) for jump in definition.get("jumps", ())),
        option_rules={
            str(option["v"]): _read(option["show_if"])
            for option in definition.get("options", ())
            if option.get("show_if")
        },
        section=section.get("id", ""),
        shuffle=bool(definition.get("shuffle")),
        number=number if kind.answerable else 0,
    )


def _rules(thing: Mapping[str, Any]) -> tuple[Rule, ...]:
    raw = thing.get("show_if")
    return (_read(raw),) if raw else ()


def _read(raw: Any) -> Rule:
    return parse(raw) if isinstance(raw, str) else read(raw)


def _hints(parts: list[Section], items: list[Item]) -> dict[str, Hints]:
    """Return what the logic of each item says in words; what its section's rule says stands at the section."""
    told: dict[str, Hints] = {}
    for section in parts:
        for item in section.items:
            own = item.rules[1:] if section.rule else item.rules  # the first is the section's
            before = (hint(own, items), *offers(item, items))
            after = tuple(onward(jump, items) for jump in item.jumps)
            told[item.name] = Hints(tuple(filter(None, before)), tuple(filter(None, after)))
    return told


def _texts(parts: list[Section]) -> Iterator[str]:
    for section in parts:
        yield section.intro
        for item in section.items:
            yield from piping.texts(item)


def _up(size: int, step: int) -> int:
    return -(-size // step) * step
