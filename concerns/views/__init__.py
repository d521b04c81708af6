"""Pages where concerns are read, curated, acted on and answered, by what they are for."""

from concerns.views import (
    actions,
    board,
    codebook,
    index,
    ledger,
    merging,
    redacting,
    replies,
    search,
    seeing,
    show,
    steps,
    threads,
    vocabulary,
    wording,
)
from concerns.views.base import bp

__all__ = [
    "actions",
    "board",
    "bp",
    "codebook",
    "index",
    "ledger",
    "merging",
    "redacting",
    "replies",
    "search",
    "seeing",
    "show",
    "steps",
    "threads",
    "vocabulary",
    "wording",
]
