"""Long lists, a page at a time: which page the reader asked for, and its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import Flask, has_request_context, request, url_for
from sqlalchemy import Select, func, select

from core.db import db

SIZE = 50  # rows on a page, unless the list says otherwise
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A stretch of a longer list: page `number` of `count`, both from 1, and how many rows there are in `total`."""

    rows: Sequence[Row]
    number: int
    count: int
    total: int

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def asked(name: str = "page") -> int:
    """Return the number of the page the reader asked for; outside a request the first."""
    return request.args.get(name, 1, type=int) if has_request_context() else 1


def page(query: Select[Any], number: int, size: int = SIZE) -> Page[Any]:
    """Return a page of what `query` finds; a page that is not there gives the nearest. `query` needs a whole order."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number, count = _fitted(number, total, size)
    return Page(db.session.scalars(query.limit(size).offset((number - 1) * size)).all(), number, count, total)


def of(rows: Sequence[Row], number: int, size: int = SIZE) -> Page[Row]:
    """Return the same of rows that are at hand anyway."""
    number, count = _fitted(number, len(rows), size)
    return Page(rows[(number - 1) * size : number * size], number, count, len(rows))


def address(number: int, name: str = "page") -> str:
    """Return the address of another page of the list that is shown, whatever narrows it kept."""
    # Names url_for takes for itself must not come from an address somebody made up.
    given = request.args.to_dict(flat=False).items()
    sent = {key: values for key, values in given if not key.startswith("_") and key not in ("endpoint", "self")}
    kept = {**sent, **(request.view_args or {}), name: number}
    return url_for(request.endpoint or "", **kept)  # type: ignore[arg-type]


def _fitted(number: int, total: int, size: int) -> tuple[int, int]:
    count = max(1, -(-total // size))
    return min(max(1, number), count), count


def init_app(app: Flask) -> None:
    """Let the pager of templates make its addresses."""
    app.jinja_env.globals["page_address"] = address
