"""What of a passage's words is shown: never a name, never what a person redacted."""

from collections.abc import Sequence

from concerns.models import Excerpt
from core.db import db
from members.models import Organisation
from members.names import Names, names
from text.languages import detect

REDACTED = {"zh": "〔隐去〕", "en": "[removed]"}


def redacted(text: str, spans: Sequence[Sequence[int]]) -> str:
    """Return `text` with each of `spans` ([start, end] code points into it, in any order) replaced by a mark."""
    mark = REDACTED["zh" if detect(text) == "zh" else "en"]
    for start, end in reversed(_joined([(max(0, start), min(end, len(text))) for start, end in spans])):
        text = text[:start] + mark + text[end:]
    return text


def shown_text(excerpt: Excerpt, people: Names | None = None) -> str:
    """Return an excerpt's words as they may be shown; `people` are the names of its organisation, if at hand."""
    people = people or names(db.session.get_one(Organisation, excerpt.organisation_id))
    return people.masked(redacted(excerpt.text, excerpt.redactions))


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that touch made one: one mark stands for all that was taken out there."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
