"""The proof: form first, then references, then everything that can happen on the way through."""

from collections.abc import Mapping, Sequence
from typing import Any

from surveys.definitions import normalised
from surveys.proof import judgement, references, structure, translations
from surveys.proof.findings import ERROR, Finding, Length, Report
from surveys.proof.outline import Outline
from surveys.proof.survey import survey


def form(definition: Mapping[str, Any]) -> list[Finding]:
    """Return everything wrong with the form of a definition and with what refers to what."""
    return list(laid_out(definition)[1].found)


def prove(definition: Mapping[str, Any], *, languages: Sequence[str] = ()) -> Report:
    """Return all that can be said about an instrument before anybody answers it.

    `languages`: what it is to be offered in, besides those it declares or is written in.
    """
    whole, out = laid_out(definition)
    found = [*out.found, *translations.missing(whole, languages, out)]
    way = survey(out)
    found += judgement.findings(out, way)
    order = {place.name: place.place for place in reversed(out.places)}
    found.sort(key=lambda finding: (finding.level != ERROR, order.get(finding.item, -1)))
    few, many, short, long = way.span
    return Report(
        tuple(found),
        Length(few, round(short / 60, 2), way.exact),
        Length(many, round(long / 60, 2), way.exact),
    )


def laid_out(definition: Mapping[str, Any]) -> tuple[Mapping[str, Any], Outline]:
    """Return a definition with its rules as mappings, and laid out with everything wrong in its form."""
    whole = normalised(definition)
    out = structure.outline(whole)
    references.refer(out)
    references.shuffled(out)
    return whole, out
