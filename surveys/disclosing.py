"""What is stored of an answer, told before it is given: field by field, with an example and what it is for."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from anonymity import manifest
from core.i18n import _
from core.terms import Access, Split
from questions.base import Item, Refused
from surveys.models import Survey
from surveys.questionnaires import Ready

AMOUNTS = ("3", "1", "10", "50", "100", "1000")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name where it is stored, an invented example, and what it is for."""

    name: str
    example: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Everything stored of one respondent, in the order it happens; nothing else is.

    `collected` is empty where everybody with the link may answer: there is no code to collect a ballot with.
    """

    collected: Sequence[Field]
    sealed: Sequence[Field]
    opened: Sequence[Field]
    listed: Sequence[Field]
    questions: Sequence[Field]
    never: Sequence[str]
    split: str


def disclosed(survey: Survey, asked: Ready) -> Disclosure:
    """Return what an opened survey stores, in the language in force."""
    known = manifest.read(survey.manifest)
    return Disclosure(
        collected=[] if survey.access is Access.LINK else _collected(),
        sealed=_sealed(survey.public_id, bool(known.scrutineer), known.rounds),
        opened=_opened(survey.public_id, Split(known.split)),
        listed=_listed(survey.public_id),
        questions=_questions(asked),
        never=_never(),
        split=split_words(Split(known.split), known.rounds),
    )


def split_words(split: Split, rounds: bool = False) -> str:
    """Say how the answers of a survey are stored after it was opened."""
    said = {
        Split.NONE: _("The answers of one person stay together in one row."),
        Split.TEXTS: _("What is written in words is stored apart from the rest, each text by itself in random order."),
        Split.ALL: _(
            "Every question is stored by itself in random order; nobody can put one person’s answers together."
        ),
    }[split]
    if not rounds:
        return said
    more = _("The box is opened in rounds of many ballots at once; nothing is shown before the last.")
    return _("%(first)s %(second)s", first=said, second=more)


def _collected() -> list[Field]:
    return [
        Field(
            "invitation.collected",
            "9c41d07e…",
            _("Fingerprint of the blinded number your device sent: one code, one ballot. It fits every ballot alike."),
        )
    ]


def _survey(table: str, public_id: str) -> Field:
    return Field(f"{table}.survey_id", public_id, _("Which survey it belongs to; the same for everybody."))


def _sealed(public_id: str, scrutineer: bool, rounds: bool) -> list[Field]:
    whose = (
        _("Your answers, encrypted to the scrutineer’s key, always of the same length.")
        if scrutineer
        else _("Your answers and your ballot, encrypted, always of the same length.")
    )
    if rounds:
        whose = _("%(first)s %(second)s", first=whose, second=_("Emptied when its round is opened."))
    return [
        Field(
            "sealed_response.tag",
            "e07b52aa…",
            _("Keeps one ballot from being cast twice; made with a key that is destroyed at the close."),
        ),
        _survey("sealed_response", public_id),
        Field("sealed_response.box", "5f1c88d3…", whose),
    ]


def _opened(public_id: str, split: Split) -> list[Field]:
    parts = {
        Split.NONE: ('""', _("Empty: the answer is stored as a whole.")),
        Split.TEXTS: ('""', _("Empty for everything chosen; the name of the question for a text.")),
        Split.ALL: ("q1", _("The name of the question this answer belongs to.")),
    }[split]
    door = Field("response.channel", "null", _("Always empty: which way was used is counted, and kept with no answer."))
    return [
        Field("response.id", "b3d95c60…", _("A random number, made when the box is opened.")),
        _survey("response", public_id),
        Field("response.part", *parts),
        door,
        Field("response.complete", "true", _("Whether every required question was answered.")),
        Field("response.answers", '{"q1": …}', _("What you answered, see below.")),
    ]


def _listed(public_id: str) -> list[Field]:
    return [
        Field("leaf.leaf", "07af31c2…", _("The ballot’s number, which you find again on the board.")),
        _survey("leaf", public_id),
        Field("leaf.prefix", "c41e90bb…", _("A random number your device drew.")),
        Field("leaf.signature", "88d2f7a1…", _("Given blindly; it proves that the ballot was handed out.")),
        Field(
            "leaf.commitment",
            "1b60e4d9…",
            _("Fixes your answers without telling them; what opens it is thrown away."),
        ),
    ]


def _never() -> list[str]:
    return [
        _("your name, number or account"),
        _("your code beside an answer"),
        _("the address of your connection"),
        _("what device or browser you use, beyond phone or computer"),
        _("when you answered, not even the day"),
        _("in which order answers came"),
        _("how long you took, or what you changed before sending"),
    ]


def _questions(asked: Ready) -> list[Field]:
    return [
        Field(item.name, example(item), f"{item.number}. {item.title}") for item in asked.items if item.kind.answerable
    ]


def example(item: Item) -> str:
    """Return an invented answer to an item as it would be stored, "" when none could be thought of.

    The item's own kind judges what is tried and says how it is kept, so the example is of the form it has in the
    database.
    """
    for tried in _tries(item):
        try:
            kept = item.kind.accept({item.name: tried}, item)
        except (Refused, TypeError, ValueError):
            continue
        if item.name in kept:
            return json.dumps(kept[item.name], ensure_ascii=False)
    return ""


def _tries(item: Item) -> Iterator[Any]:
    """Yield what might be an answer, what is usual before what is not."""
    values, parts = list(item.kind.values(item)), list(item.kind.parts(item))
    single: list[Any] = [*values[:1], _("words you write"), *AMOUNTS, "2026-05-01", "09:30"]
    several = [values[:some] for some in range(2, len(values) + 1)]
    if not parts:
        yield from single
    yield from several
    total = item.settings.get("total")
    if total is not None:
        yield {value: str(total) if value == values[0] else "0" for value in values}
    for part in parts:
        yield from ({part: value} for value in (*single, values[:1]))
    yield from (dict.fromkeys(parts, value) for value in single)
    columns = [column.value for column in item.settings.get("columns", ())]
    yield from ({row.value: dict.fromkeys(columns[:2], AMOUNTS[0])} for row in item.settings.get("rows", ()))
