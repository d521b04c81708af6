"""Concerns found and counted, always within one organisation; every text leaves this package without names."""

from concerns.queries.counts import SourceCount, counts, talk_pairs
from concerns.queries.listing import (
    ConcernPage,
    Doing,
    Order,
    Ranked,
    Shown,
    Wanted,
    action_counts,
    concern_page,
    ranked,
    ranked_one,
    tally,
    themes,
)
from concerns.queries.many_concerns import (
    ActionLine,
    ConcernLine,
    choices,
    concerns,
    line,
    quote_floor,
)
from concerns.queries.materials import Material, material
from concerns.queries.one_concern import action, concern, last_step
from concerns.queries.passage_pages import GROUPED, PAGE, Passage, PassagePage, passages, standing_alone, ungrouped
from concerns.queries.readers import SHARED, may_read, usable_talk
from concerns.queries.shown import redacted, shown_text

__all__ = [
    "GROUPED",
    "PAGE",
    "SHARED",
    "ActionLine",
    "ConcernLine",
    "ConcernPage",
    "Doing",
    "Material",
    "Order",
    "Passage",
    "PassagePage",
    "Ranked",
    "Shown",
    "SourceCount",
    "Wanted",
    "action",
    "action_counts",
    "choices",
    "concern",
    "concern_page",
    "concerns",
    "counts",
    "last_step",
    "line",
    "material",
    "may_read",
    "passages",
    "quote_floor",
    "ranked",
    "ranked_one",
    "redacted",
    "shown_text",
    "standing_alone",
    "talk_pairs",
    "tally",
    "themes",
    "ungrouped",
    "usable_talk",
]
