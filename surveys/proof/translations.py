"""Whether every word people read is there in every language the instrument is offered in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.i18n import LANGUAGES, _
from surveys.definitions import PIPE, sections, spoken, tongues, words
from surveys.proof.findings import Finding, error
from surveys.proof.outline import Outline

READ = re.compile(r"[\u3400-\u9fff]|[A-Za-z]*[a-z]{2}")  # Han characters, or a word that is no abbreviation
SHOWN = 30


def missing(whole: Mapping[str, Any], languages: Sequence[str], out: Outline) -> Iterator[Finding]:
    """Yield an error for each item, section or check that lacks words in one of the languages."""
    offered = tuple(dict.fromkeys((*tongues(whole), *languages)))
    if not offered:
        return
    offered = tuple(dict.fromkeys((spoken(whole), *offered)))
    if len(offered) < 2 and not any(isinstance(said, dict) for said in words(whole)):
        return
    for item, called, thing in _things(whole, out):
        for language in offered:
            lacking = next((said for said in words(thing) if _lacks(said, language, spoken(whole))), None)
            if lacking is None:
                continue
            shown = lacking if isinstance(lacking, str) else next(iter(str(part) for part in lacking.values()), "")
            message = _(
                "%(where)s: “%(words)s” is missing in %(language)s.",
                where=called,
                words=shown[:SHOWN],
                language=LANGUAGES[language],
            )
            yield error("translation", item, message)
            break


def _lacks(said: Any, language: str, own: str) -> bool:
    if isinstance(said, Mapping):
        return not str(said.get(language) or "").strip()
    return language != own and bool(READ.search(PIPE.sub("", said)))


def _things(whole: Mapping[str, Any], out: Outline) -> Iterator[tuple[str, str, Any]]:
    """Yield everything that has words of its own: its id, what people call it, and its part of the definition."""
    yield "", _("The title"), {key: whole.get(key) for key in ("title", "intro")}
    at = 0
    for part, section in zip(out.parts, (one for one in sections(whole) if _is_section(one)), strict=False):
        yield part.name, part.called, {key: section.get(key) for key in ("title", "intro")}
        for item in section["items"]:
            if at < len(out.places) and isinstance(item, dict) and item.get("id") == out.places[at].name:
                yield out.places[at].name, out.places[at].called, item
                at += 1
    checks = whole.get("checks")
    for number, check in enumerate(checks if isinstance(checks, list) else (), start=1):
        if isinstance(check, dict):
            yield str(check.get("at", "")), _("Check %(number)s", number=number), {"message": check.get("message")}


def _is_section(section: Any) -> bool:
    return isinstance(section, dict) and isinstance(section.get("items"), list)
