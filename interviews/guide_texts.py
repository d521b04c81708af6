"""What a guide says, and the guides that ship for each kind of organisation (`guides/*.yaml`)."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.i18n import language
from core.terms import OrganisationKind

FOLDER = Path(__file__).with_name("guides")
BETWEEN = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class TopicText:
    """One thing asked about, and the questions that may follow."""

    title: str
    probes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuideText:
    """A guide in words: what is said first, then the topics in order; `occasion` may name several."""

    title: str
    occasion: str = ""
    opening: str = ""
    topics: tuple[TopicText, ...] = ()


@dataclass(frozen=True, slots=True)
class ShippedGuide:
    """A guide that ships, where its topics come from, and since when that holds."""

    key: str
    source: str
    since: date
    text: GuideText


def shipped(kind: OrganisationKind) -> list[ShippedGuide]:
    """Return the guides for a kind of organisation, in the language in force."""
    speech = language()
    return [
        ShippedGuide(
            key=key,
            source=entry["source"][speech],
            since=entry["since"],
            text=GuideText(
                title=entry["title"][speech],
                occasion=entry["occasion"][speech],
                opening=entry["opening"][speech].strip(),
                topics=tuple(
                    TopicText(topic["title"][speech], tuple(topic["probes"][speech])) for topic in entry["topics"]
                ),
            ),
        )
        for key, entry in _read(kind.value).items()
    ]


@cache
def _read(kind: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load((FOLDER / f"{kind}.yaml").read_text(encoding="utf-8"))["guides"]
