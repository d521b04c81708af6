"""Where a number of a report can be looked up."""

from dataclasses import dataclass
from typing import Literal

Listing = Literal[
    "survey_results",
    "coverage",
    "talks",
    "concern",
    "concerns",
    "ledger",
    "board",
    "threads",
    "investigation",
    "claims",
]


@dataclass(frozen=True, slots=True)
class Trace:
    """A list of the product that shows what a number was counted from: which, whose (`id`), and where in it (`item`).

    `label` names it for the reader, in the document's language.
    """

    label: str
    list: Listing
    id: int = 0
    item: str = ""
