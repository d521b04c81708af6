"""The loaded sample with more of everything, every page of it opened, and what each page asked of the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, String, UniqueConstraint, event, func, insert, select
from sqlalchemy.engine import Engine

from core.db import Model, db
from tests import sample
from tests.house.test_every_page import addresses, browser, made

# What lists are made of. Copies hang on the same parents as the row they are made from, so that every list is long.
LISTED = (
    "member_group", "member", "account", "investigation", "activity", "concern_thread", "concern", "excerpt", "action",
    "reply", "talk", "follow_up", "talk_event", "talk_scan", "talk_correction", "guide", "instrument",
    "design_step", "trial_answer", "banked_item", "instrument_version", "survey", "reminder", "edition", "job",
    "report_rendering",
)  # fmt: skip
# One of what the sample has none of.
FIRST: dict[str, dict[str, Any]] = {
    "concern_thread": {"organisation_id": 1, "label": "线"},
    "design_step": {"instrument_id": 1, "revision": 1, "said": "改", "definition": {}, "undone": False},
    "trial_answer": {"id": "0" * 32, "instrument_id": 1, "answers": {}},
    "reminder": {"survey_id": 1, "sent_on": date(2026, 10, 1), "by_mail": False, "people": 3},
}
MANY = 150  # more than any page may show
ROWS = re.compile(r"<(?:tr|li|article|details|dt)\b")
# Made anew each time, or made of what others hold: nothing to open here.
FILES = {
    "reports.blank_talk_sheet", "reports.instrument_paper", "reports.page_picture", "reports.paper", "reports.poster",
    "reports.printed_appraisal", "reports.printed_board", "reports.printed_ledger", "reports.printed_talk",
}  # fmt: skip


@dataclass(slots=True)
class Opened:
    """A page as it was opened: its answer, and every statement it sent."""

    status: int
    rows: int
    text: str
    statements: list[tuple[str, Any]] = field(default_factory=list)  # as sent, with what was bound
    asked: list[tuple[Any, Any]] = field(default_factory=list)  # the same as SQLAlchemy was asked for it


def grow(times: int) -> None:
    """Copy the first row of every list `times` times, under names and numbers of its own."""
    for name in LISTED:
        table = Model.metadata.tables[name]
        row = db.session.execute(select(table).order_by(table.c.id).limit(1)).mappings().first()
        if row is None:  # of these the sample has none: one that hangs on nothing
            db.session.execute(insert(table), FIRST[name])
            row = db.session.execute(select(table)).mappings().one()
        most = {
            column.name: db.session.scalar(select(func.max(column)))
            for column in table.c
            if _alone(column) and isinstance(row[column.name], int)
        }
        db.session.execute(insert(table), [_another(row, table, most, at) for at in range(1, times + 1)])
    db.session.commit()


def _another(row: Any, table: Any, most: dict[str, int], at: int) -> dict[str, Any]:
    copy = {key: value for key, value in row.items() if key != "id"}
    for column in table.c:
        value = row[column.name]
        if column.name == "id" and isinstance(value, str):
            copy["id"] = f"{at:032x}"
        if column.name == "id" or value is None or not _alone(column):
            continue
        if isinstance(value, int):
            copy[column.name] = most[column.name] + at
        elif isinstance(column.type, LargeBinary):
            copy[column.name] = at.to_bytes(4) + value[4:]
        elif isinstance(column.type, String):
            copy[column.name] = f"{value[: (column.type.length or 40) - 6]}~{at}"
    return copy


def _alone(column: Column) -> bool:
    """Say whether a row must have a value of its own here: nothing else in the constraint could tell two apart."""
    if column.foreign_keys or column.primary_key:
        return False
    constraints = [each for each in column.table.constraints if isinstance(each, UniqueConstraint)]
    return bool(column.unique) or any(column.name in each.columns for each in constraints)


@contextmanager
def watched(engine: Engine) -> Iterator[Opened]:
    """Write down what is sent to the database meanwhile."""
    seen = Opened(0, 0, "")

    def sent(connection, cursor, statement, parameters, context, executemany) -> None:
        seen.statements.append((statement, parameters))

    def asked(connection, clause, multiparams, params, options) -> None:
        if not isinstance(clause, str):
            seen.asked.append((clause, multiparams or params))

    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "before_execute", asked)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        event.remove(engine, "before_execute", asked)


def opened(
    temporary: pytest.TempPathFactory, times: int, *, warm: bool = False
) -> tuple[SimpleNamespace, dict[str, Opened]]:
    """Open every page as secretary with `times` more of everything; return the world, and what was seen by endpoint."""
    world = sample.copied(temporary, "every-page", made)
    with world.app.app_context():
        grow(times)
        engine = db.engine
        db.session.remove()
    client, found = browser(world, "shuji"), {}
    for url in ("/app/", "/app/talks"):  # what is put in order once, when somebody comes back
        client.get(url)
    for rule, url in addresses(world, "GET"):
        if rule.endpoint in FILES or rule.endpoint in found:
            continue
        if warm:
            client.get(url)
        with watched(engine) as seen:
            answer = client.get(url)
        seen.status, seen.text = answer.status_code, answer.text if answer.mimetype == "text/html" else ""
        seen.rows = len(ROWS.findall(seen.text))
        found[rule.endpoint] = seen
    return world, found
