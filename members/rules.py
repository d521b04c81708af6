"""Numbers that come from a rule: dated, sourced, and changeable by the organisation within limits (`rules.yaml`)."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from core import audit
from core.db import db
from core.errors import BadInput, NotFound
from core.i18n import _, language
from members.models import Account, Organisation

FILE = Path(__file__).with_name("rules.yaml")
FLOOR = 5  # no suppression rule goes below it, whatever a file says: fewer people would be recognised
GUARDED = "suppression."


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it ships, its words in both languages."""

    key: str
    value: int
    least: int
    most: int
    since: date
    titles: dict[str, str]
    texts: dict[str, str]
    sources: dict[str, str]
    units: dict[str, str]

    @property
    def title(self) -> str:
        """Return what the rule is called, in the language in force."""
        return self.titles[language()]

    @property
    def text(self) -> str:
        """Return what the rule does."""
        return self.texts[language()]

    @property
    def source(self) -> str:
        """Return where the number comes from."""
        return self.sources[language()]

    @property
    def unit(self) -> str:
        """Return what is counted."""
        return self.units[language()]


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it stands in one organisation."""

    rule: Rule
    value: int

    @property
    def changed(self) -> bool:
        """Say whether the organisation set its own number."""
        return self.value != self.rule.value


@cache
def table() -> dict[str, Rule]:
    """Return every rule by its key."""
    return {
        key: Rule(
            key=key,
            value=entry["value"],
            least=max(entry["min"], FLOOR) if key.startswith(GUARDED) else entry["min"],
            most=entry["max"],
            since=entry["since"],
            titles=entry["title"],
            texts=entry["text"],
            sources=entry["source"],
            units=entry["unit"],
        )
        for key, entry in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()
    }


def find(key: str) -> Rule:
    """Return a rule; raise `NotFound`."""
    if key not in table():
        raise NotFound(_("There is no such rule."))
    return table()[key]


def value(organisation: Organisation, key: str) -> int:
    """Return the number in force in `organisation`; KeyError for a key that does not exist.

    A suppression rule is never under its floor, even when the database says so.
    """
    rule = table()[key]
    return max(int((organisation.rules or {}).get(key, rule.value)), rule.least)


def standing(organisation: Organisation) -> list[Standing]:
    """Return every rule as it stands in `organisation`."""
    return [Standing(rule, value(organisation, key)) for key, rule in table().items()]


def change(organisation: Organisation, key: str, new: int, *, by: Account) -> None:
    """Let `organisation` have its own number; raise `BadInput` outside the rule's limits."""
    rule = find(key)
    if not rule.least <= new <= rule.most:
        raise BadInput(
            _(
                "%(rule)s: choose a whole number from %(least)s to %(most)s. Nothing was changed.",
                rule=rule.title,
                least=rule.least,
                most=rule.most,
            ),
            field="value",
        )
    organisation.rules = {**(organisation.rules or {}), key: new}
    db.session.flush()
    audit.note(f"rule.change {key}", organisation, by=by)


def reset(organisation: Organisation, key: str, *, by: Account) -> None:
    """Go back to the number that ships with the product."""
    find(key)
    organisation.rules = {name: kept for name, kept in (organisation.rules or {}).items() if name != key}
    db.session.flush()
    audit.note(f"rule.reset {key}", organisation, by=by)
