"""What somebody asked of the ledger, read from an address: which view, and narrowed to what."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from concerns import ledger
from concerns.ledger_rows import Standing, View
from core.numbers import row_number
from forms.ledger import LedgerWishForm
from investigations import queries as investigations
from investigations.models import Investigation
from members.models import Organisation


def view(asked: Mapping[str, str]) -> View:
    """Return the view an address names; the whole ledger when it names none of ours."""
    named = asked.get("view", "")
    return View(named) if named in set(View) else View.ALL


def form(asked: Mapping[str, str], *, within: Organisation) -> LedgerWishForm:
    """Return the form of an address, with what may be chosen in this organisation."""
    narrowed = LedgerWishForm(formdata=MultiDict(asked))
    narrowed.offer(
        investigations=[(row.id, row.title) for row in investigations.investigations(within=within)],
        standings=[(standing.value, standing.label) for standing in Standing],
        owners=ledger.owners(within),
        categories=ledger.categories(within),
    )
    narrowed.validate()
    return narrowed


def wish(narrowed: LedgerWishForm) -> ledger.Wish:
    """Return what a form narrows the rows to; what was never offered narrows nothing."""
    standing = narrowed.standing.data or ""
    return ledger.Wish(
        investigation_id=row_number(narrowed.investigation.data),
        standing=Standing(standing) if standing in set(Standing) else None,
        owner=_offered(narrowed.owner),
        category=_offered(narrowed.category),
        words="" if narrowed.words.errors else (narrowed.words.data or ""),
    )


def investigation(asked: ledger.Wish, *, within: Organisation) -> Investigation | None:
    """Return the investigation the rows are narrowed to, or None."""
    rows = investigations.investigations(within=within)
    return next((row for row in rows if row.id == asked.investigation_id), None)


def _offered(field: Any) -> str:
    """What was chosen, if it was offered."""
    return field.data if field.data in {choice.value for choice in field.choices} else ""
