"""Talks and promises found: always within one organisation, and only as far as the reader may read."""

from interviews.queries.many_talks import (
    PAGE,
    Page,
    TalkLine,
    Wish,
    interviewers,
    notes_for_concerns,
    occasions,
    page,
)
from interviews.queries.one_talk import EarlierText, TalkView, earlier, talk, view
from interviews.queries.promises_given import PromiseLine, open_promises_to, overdue, promise, promises

__all__ = [
    "PAGE",
    "EarlierText",
    "Page",
    "PromiseLine",
    "TalkLine",
    "TalkView",
    "Wish",
    "earlier",
    "interviewers",
    "notes_for_concerns",
    "occasions",
    "open_promises_to",
    "overdue",
    "page",
    "promise",
    "promises",
    "talk",
    "view",
]
