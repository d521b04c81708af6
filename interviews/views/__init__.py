"""Pages of interviews, by what they are for."""

from interviews.views import (
    agenda,
    coverage,
    devices,
    events,
    feeds,
    filing,
    guides,
    handing,
    imports,
    offers,
    own,
    plans,
    promises,
    rules,
    search,
    sheets,
    walk,
)
from interviews.views.blueprint import bp

__all__ = [
    "agenda",
    "bp",
    "coverage",
    "devices",
    "events",
    "feeds",
    "filing",
    "guides",
    "handing",
    "imports",
    "offers",
    "own",
    "plans",
    "promises",
    "rules",
    "search",
    "sheets",
    "walk",
]
