"""The words each kind of organisation uses for its people and parts (`words.yaml`)."""

from functools import cache
from pathlib import Path

import yaml

from core.i18n import language
from core.terms import MemberCategory, OrganisationKind, Role
from members.models import Organisation

FILE = Path(__file__).with_name("words.yaml")


@cache
def table() -> dict[str, dict[str, dict[str, str]]]:
    """Return every word: kind of organisation -> key -> language -> word."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def word_of(kind: OrganisationKind, key: str) -> str:
    """Return what an organisation of `kind` calls `key`, in the language in force; KeyError for unknown keys."""
    return table()[kind.value][key][language()]


def word(organisation: Organisation, key: str) -> str:
    """Return what `organisation` calls `key`: "secretary", "member", "category.full" and the like."""
    return word_of(organisation.kind, key)


def role_word(organisation: Organisation, role: Role) -> str:
    """Return the title of an account's role."""
    return word(organisation, role.value)


def category_word(organisation: Organisation, category: MemberCategory) -> str:
    """Return what the organisation calls people of `category`."""
    return word(organisation, f"category.{category.value}")
