"""What a person wrote about a concern as one text and back: other programs know only a description of a code."""

import re

from core.i18n import _, lazy, speaking
from exchange.concerns.base import Entry

FIELDS = ("includes", "excludes")
TITLES = {
    "includes": lazy("What belongs here"),
    "excludes": lazy("What does not belong here"),
}
LANGUAGES = ("zh", "en")


def described(entry: Entry) -> str:
    """Return summary, what belongs and what does not as paragraphs, each but the first under its title."""
    parts = [entry.summary]
    parts += [f"{TITLES[name]}{_(': ')}{text}" for name in FIELDS if (text := getattr(entry, name))]
    return "\n".join(part for part in parts if part)


def understood(name: str, theme: str, description: str) -> Entry:
    """Return a concern from a description, written by us in any language or by anybody else."""
    titles = _titles()
    pattern = re.compile(rf"^({'|'.join(map(re.escape, titles))})\s*[:：]\s*", re.MULTILINE)
    first, *rest = pattern.split(description)
    found = {"summary": first.strip()}
    for title, text in zip(rest[::2], rest[1::2], strict=True):
        found.setdefault(titles[title], text.strip())
    return Entry(name, theme, **found)


def _titles() -> dict[str, str]:
    """The fields by their titles in every language of the product."""
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            found |= {str(title): name for name, title in TITLES.items()}
    return found
