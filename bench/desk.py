"""What the pages of the desk cost with up to 100,000 rows behind them, beside the driver alone in the same run.

    ./bench/run desk [--quick]

One organisation with N members, all of them invited to an open survey with N answers in its box, N lines of the
operations record, N / 100 investigations and N / 100 surveys of one of them. Every page is asked for through the WSGI
interface by the secretary, on SQLite and, where one can be started, on PostgreSQL. "bare" is the driver alone fetching
the rows that page is made of. Target: every page under 300 ms at 100,000. Talks and concerns have areas of their own.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from bench import frame, stage
from core.audit import AuditEntry, AuditHead
from core.clock import now, today
from core.db import db
from core.terms import SurveyState
from investigations.models import Investigation
from surveys.models import Survey

TARGET = 300.0  # ms
SIZES = (1_000, 10_000, 100_000)
RUNS = 5
SOME = 100  # members, for each of whom there is one investigation and one survey
BOX = 2048  # bytes of an answer
ACTIONS = ("invite", "close", "record", "change", "account.unlock")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, and the query that fetches the rows it is made of."""

    name: str
    address: str
    bare: str


PEOPLE = (
    "SELECT m.id, m.number, m.name, m.post, m.standing, g.name FROM member m LEFT JOIN member_group g"
    " ON g.id = m.group_id WHERE m.organisation_id = 1"
)
TRAIL = "SELECT id, action, thing, thing_id, at FROM audit_entry WHERE organisation_id = 1 ORDER BY seq DESC"
COUNTS = "SELECT count(*) FROM {table} WHERE survey_id = 1"
PAGES = (
    Page("overview", "/app/", COUNTS.format(table="sealed_response")),
    Page("members", "/app/members", f"{PEOPLE} ORDER BY m.number LIMIT 50"),
    Page("members, page 15", "/app/members?page=15", f"{PEOPLE} ORDER BY m.number LIMIT 50 OFFSET 700"),
    Page("members, a name", "/app/members?q=成员77", f"{PEOPLE} AND m.name LIKE '%成员77%' ORDER BY m.number LIMIT 50"),
    Page("members of one group", "/app/members?group=3", f"{PEOPLE} AND m.group_id = 3 ORDER BY m.number"),
    Page("groups", "/app/members/groups", "SELECT group_id, count(*) FROM member GROUP BY group_id"),
    Page("one member", "/app/members/77", f"{PEOPLE} AND m.id = 77"),
    Page("investigations", "/app/investigations/", "SELECT id, title FROM investigation ORDER BY id DESC LIMIT 50"),
    Page("one investigation", "/app/investigations/1", "SELECT id, state FROM survey WHERE investigation_id = 1"),
    Page("its overview", "/app/investigations/1/overview", "SELECT id, state FROM survey WHERE investigation_id = 1"),
    Page("its surveys", "/app/investigations/1/surveys", "SELECT id, state FROM survey WHERE investigation_id = 1"),
    Page("an open survey", "/app/surveys/1", COUNTS.format(table="invitation")),
    Page("handing out its codes", "/app/surveys/1/invitations", COUNTS.format(table="invitation")),
    Page("slips drawn", "/app/surveys/1/drawn", COUNTS.format(table="invitation")),
    Page("operations record", "/app/audit-trail", f"{TRAIL} LIMIT 50"),
    Page("operations record, page 15", "/app/audit-trail?page=15", f"{TRAIL} LIMIT 50 OFFSET 700"),
    Page("diagnostics", "/app/diagnostics", "SELECT 1"),
    Page("accounts", "/app/organisation/accounts", "SELECT id, name FROM account WHERE organisation_id = 1"),
    Page("reports", "/app/investigations/1/reports", "SELECT 1"),
)


def tables(run: frame.Run) -> Iterator[frame.Table]:
    """Yield one table for each engine there is."""
    sizes = SIZES[:2] if run.quick else SIZES
    for engine, url in (("SQLite", ""), ("PostgreSQL", run.postgres)):
        if engine == "SQLite" or url:
            yield _engine(run, engine, url, sizes)


def _engine(run: frame.Run, engine: str, url: str, sizes: Sequence[int]) -> frame.Table:
    found: dict[str, list[tuple[float, float, float]]] = {page.name: [] for page in PAGES}
    gone: dict[str, int] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            if url:
                frame.emptied(url)
            app, client = _staged(Path(name), url, size)
            for page in PAGES:
                status = client.get(page.address).status_code
                if status != 200:
                    gone[page.name] = status
                    continue
                wall, cpu = frame.timed(_asked(client, page.address), RUNS)
                found[page.name].append((wall, cpu, _bare(app, page.bare)))
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
    late = [name for name, seen in found.items() if seen and seen[-1][0] >= TARGET]
    run.hold(f"{TARGET:g} ms on {engine}: {', '.join(late)}", not late)
    run.hold(f"pages that did not open on {engine}: {gone}", not gone)
    rows = [_row(name, seen, sizes) for name, seen in found.items() if len(seen) == len(sizes)]
    heads = ("page", *(f"{size:,}" for size in sizes), "own CPU", "bare", "/ bare", "growth")
    note = "Median ms by the clock; own CPU, bare and their ratio at the largest size; growth as a power of the rows."
    return frame.Table(f"Pages of the desk on {engine}", heads, rows, note)


def _row(name: str, seen: Sequence[tuple[float, float, float]], sizes: Sequence[int]) -> tuple[frame.Cell, ...]:
    wall, cpu, bare = seen[-1]
    power = frame.growth((sizes[0], seen[0][0]), (sizes[-1], wall))
    return (name, *(each[0] for each in seen), cpu, bare, wall / bare, power)


def _asked(client: FlaskClient, address: str) -> Callable[[], Any]:
    return lambda: client.get(address)


def _staged(folder: Path, url: str, size: int) -> tuple[Flask, FlaskClient]:
    app = stage.product(folder, url)
    with app.test_request_context("/"):
        within, by, plan = stage.house(size)
        survey, _codes = stage.opened(plan, within=within, by=by, slips=0)
        account_id, within_id = by.id, within.id
        stage.invite_everybody(survey.id, within_id)
        stage.fill_box(survey.id, size, BOX)
        _record(within_id, account_id, size)
        _more(within_id, survey.id, max(size // SOME, 1))
        stage.analysed()
    return app, stage.signed_in(app, account_id)


def _record(within_id: int, account_id: int, size: int) -> None:
    """Write `size` further lines of the operations record; their seals are not looked at by any page."""
    head = db.session.get_one(AuditHead, within_id)
    first = head.seq
    for start in range(0, size, stage.CHUNK):
        rows = [
            {
                "organisation_id": within_id, "account_id": account_id, "action": ACTIONS[number % len(ACTIONS)],
                "thing": "survey", "thing_id": "1", "at": now() - timedelta(minutes=size - number),
                "seq": first + number + 1, "previous": "0" * 64, "digest": "0" * 64,
            }
            for number in range(start, min(start + stage.CHUNK, size))
        ]  # fmt: skip
        db.session.execute(insert(AuditEntry), rows)
    head.seq = first + size
    db.session.commit()


def _more(within_id: int, survey_id: int, count: int) -> None:
    """Write further investigations, and further closed surveys of the first one."""
    like = db.session.get_one(Survey, survey_id)
    plans = [
        {
            "organisation_id": within_id, "title": f"调研{number}", "purpose": "", "starts_on": today(),
            "ends_on": today(), "created_at": now(),
        }
        for number in range(count)
    ]  # fmt: skip
    surveys = [
        {
            "organisation_id": within_id, "investigation_id": like.investigation_id, "version_id": like.version_id,
            "public_id": f"more{number}", "state": SurveyState.CLOSED, "closed_on": today(), "created_at": now(),
            "tally": {"channels": {"phone": 40}},
        }
        for number in range(count)
    ]  # fmt: skip
    db.session.execute(insert(Investigation), plans)
    db.session.execute(insert(Survey), surveys)
    db.session.commit()


def _bare(app: Flask, query: str) -> float:
    """Return the milliseconds the driver alone needs for `query`."""
    with app.app_context():
        connection = db.engine.raw_connection()
        try:
            cursor = connection.cursor()
            return frame.timed(lambda: cursor.execute(query).fetchall(), RUNS)[0]
        finally:
            connection.close()


AREA = frame.Area("Pages of the desk", tables)
