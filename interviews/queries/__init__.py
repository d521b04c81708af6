"""Talks and promises found: always within one organisation, and only as far as the reader may read."""

from interviews.queries.many_talks import (
    PAGE,
    Page,
    TalkLine,
    Wish,
    interviewers,
    occasions,
    page,
    passages_for_concerns,
)
from interviews.queries.one_talk import EarlierText, TalkView, earlier, notes, talk, view
from interviews.queries.promises_given import (
    PromiseLine,
    PromiseOwner,
    PromisePage,
    count_open,
    count_overdue,
    next_promises,
    open_promises_to,
    overdue,
    promise,
    promise_owners,
    promises,
    promises_page,
)
from interviews.queries.words import Sealed

__all__ = [
    "PAGE",
    "EarlierText",
    "Page",
    "PromiseLine",
    "PromiseOwner",
    "PromisePage",
    "Sealed",
    "TalkLine",
    "TalkView",
    "Wish",
    "count_open",
    "count_overdue",
    "earlier",
    "interviewers",
    "next_promises",
    "notes",
    "occasions",
    "open_promises_to",
    "overdue",
    "page",
    "passages_for_concerns",
    "promise",
    "promise_owners",
    "promises",
    "promises_page",
    "talk",
    "view",
]
