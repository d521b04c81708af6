"""How the product does for 100, 10,000 and 1,000,000 members: two web workers, PostgreSQL, two job workers, apart.

    ./bench/run scale [--quick] [--keep]          (--quick: up to 10,000; --keep writes docs/sizing.md)

Each of the four workers is a process in a network namespace of its own where root may make them (else on one address),
all behind PostgreSQL, which keeps what it acknowledges; jobs wait in PostgreSQL too, and the respondents sit on the
same cores. For each size an organisation with that roster is written straight into the database, with an open survey
all of them are invited to, with as many sealed answers in its box (at most 100,000), and a closed one with as many
responses of thirty questions. Then, through the web workers: answers by 32 respondents at a time; a backlog of jobs
and the snapshot of the closed survey, and answers meanwhile; pages of the desk. Last, the cost of closing is measured
on answers that were really given, in a survey of its own.
"""

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import Client

from bench import crowding, frame, load, network, servers, stage
from core import jobs, storage
from core.db import db
from core.jobs.models import UNFINISHED, Job
from core.settings import ROOT
from surveys import snapshots
from surveys.models import Survey

SIZES = (100, 10_000, 1_000_000)
CLIENTS, ANSWERS, BACKLOG = 32, 400, 100
CLOSED = (50, 450)  # answers of the surveys that are closed
PATIENCE = 900  # seconds for a backlog
PORT = 8123
SMALL_JOB = "reports.clear_renderings"
PAGES = {
    "members": "/app/members",
    "members, a name": "/app/members?q=成员77",
    "the open survey": "/app/surveys/{open}",
    "results, first": "/app/surveys/{closed}/results",
    "results, again": "/app/surveys/{closed}/results",
    "overview": "/app/",  # last: where it takes minutes, nothing else shall wait behind it
}
SLOW = 120  # seconds after which a page counts as not answered


@dataclass(slots=True)
class Found:
    """What one size of organisation cost; times in ms for pages, seconds else; sizes in bytes a thousand rows."""

    pages: dict[str, float] = field(default_factory=dict)
    rate: float = 0.0  # answers a second, nothing else going on
    cpu_web: float = 0.0  # ms for a full response
    cpu_database: float = 0.0
    late: float = 0.0  # p95, ms
    errors: int = 0
    rate_meanwhile: float = 0.0
    jobs_a_second: float = 0.0
    snapshot: float = 0.0
    web: float = 0.0  # MB, the larger worker
    job: float = 0.0
    disk: dict[str, float] = field(default_factory=dict)
    closing: float = 0.0  # s for a hundred answers
    closing_each: float = 0.0  # ms for each further one
    written: float = 0.0  # seconds to write the rows


@dataclass(frozen=True, slots=True)
class House:
    """The running installation: the application in this process, its two surveys and codes, and its processes."""

    app: Flask
    open: stage.Open
    closed_id: int
    who: tuple[int, int, int]  # organisation, secretary, investigation
    codes: Iterator[str]
    cookie: str
    web: Sequence[servers.Server]
    workers: Sequence[psutil.Process]
    url: str


def tables(run: frame.Run) -> Iterator[frame.Table]:
    """Yield what was measured at each size, and what to plan with."""
    sizes = SIZES[:2] if run.quick else SIZES
    with network.network(4) as places:
        found = {}
        for size in sizes:
            with tempfile.TemporaryDirectory() as name:
                found[size] = measured(Path(name), places, size)
        apart = "in network namespaces of their own" if places.apart else "on one address"
    errors = sum(each.errors for each in found.values())
    run.hold(f"answers without errors ({errors})", errors == 0)
    yield _measured(found, f"The workers ran {apart}.")
    yield _derived(found)


def measured(folder: Path, places: network.Network, size: int) -> Found:
    """Measure one size on an emptied database."""
    found = Found()
    with _house(folder, places, size, found) as house:
        _answers(house, found, places)
        _backlog(house, found)
        _pages(house, found)
        found.web = max(max(server.memory()) for server in house.web)
        found.job = max(servers.held(each) for each in house.workers)
        with house.app.app_context():
            found.disk = crowding.disk()
            found.disk["snapshot"] = storage.size(_snapshot(house)) / 1e6 / size * 1000
        client = Client(house.app)
        few, many = (crowding.closed(client, *house.who, count) for count in CLOSED)
        found.closing, found.closing_each = few, 1000 * (many - few) / (CLOSED[1] - CLOSED[0])
    return found


def _snapshot(house: House) -> str:
    return snapshots.stored_as(db.session.get_one(Survey, house.closed_id))


@contextmanager
def _house(folder: Path, places: network.Network, size: int, found: Found) -> Iterator[House]:
    frame.emptied(places.database)
    queue = places.database.replace("+psycopg", "")
    app = stage.product(folder, places.database, queue=queue)
    started = time.perf_counter()
    with app.test_request_context("/"):
        within, by, plan = stage.house()
        survey, codes = stage.opened(plan, within=within, by=by, slips=3 * ANSWERS)
        who = within.id, by.id, plan.id
        closed_id = crowding.grown(survey.id, within.id, plan.id, by, size)
        stage.analysed()
    found.written = time.perf_counter() - started
    client = stage.signed_in(app, who[1])
    kept = client.get_cookie("xinsheng", path="/app")
    assert kept is not None
    settings = {"XINSHENG_DATA": str(folder), "DATABASE_URL": places.database, "XINSHENG_QUEUE": queue}
    with ExitStack() as running:
        web = [
            running.enter_context(_web(place, PORT + number, settings, survey.path))
            for number, place in enumerate(places.places[:2])
        ]
        command = [sys.executable, "-m", "flask", "--app", "app", "work"]
        workers = [
            running.enter_context(servers.running(command, settings, inside=place.inside))
            for place in places.places[2:]
        ]
        _wait_for_workers(workers)
        yield House(
            app, survey, closed_id, who, iter(codes), f"xinsheng={kept.value}", web, workers,
            places.database,
        )  # fmt: skip
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _web(place: network.Place, port: int, settings: dict[str, str], path: str) -> Iterator[servers.Server]:
    """Serve with one web worker at a place."""
    own = settings | {"HOST": place.address, "PORT": str(port), "XINSHENG_WEB_WORKERS": "1"}
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    with servers.served(command, own, port, path, host=place.address, inside=place.inside) as server:
        yield server


def _wait_for_workers(workers: Sequence[psutil.Process]) -> None:
    """Wait until the job workers have loaded what they need: a second in which none of them worked."""
    until = time.perf_counter() + 180
    before = -1.0
    while time.perf_counter() < until:
        spent = servers.cpu(workers)
        if spent - before < 0.1 and spent > 1:
            return
        before = spent
        time.sleep(1)


def _pages(house: House, found: Found) -> None:
    for name, address in PAGES.items():
        path = address.format(open=house.open.id, closed=house.closed_id)
        times: list[float] = []
        while len(times) < (1 if name.endswith("first") else 3) and sum(times) < 1000 * SLOW / 10:
            started = time.perf_counter()
            came = _came(house.web[0].url, path, house.cookie)
            times.append(1000 * (time.perf_counter() - started) if came else math.inf)
        found.pages[name] = statistics.median(times)


def _came(url: str, path: str, cookie: str) -> bool:
    """Ask for a page of the desk; say whether it came in time."""
    host, _colon, port = url.removeprefix("http://").partition(":")
    connection = HTTPConnection(host, int(port), timeout=SLOW)
    try:
        connection.request("GET", crowding.quoted(path), headers={"Cookie": cookie})
        reply = connection.getresponse()
        reply.read()
    except TimeoutError:
        return False
    finally:
        connection.close()
    assert reply.status == 200, (path, reply.status)
    return True


def _answers(house: House, found: Found, places: network.Network) -> None:
    """Have answers given by 32 respondents, half of them at either web worker."""
    _crowd(house, 64)
    behind = servers.postgres_processes(places.database)
    before = sum(server.cpu() for server in house.web), servers.cpu(behind)
    met = _crowd(house, ANSWERS)
    after = sum(server.cpu() for server in house.web), servers.cpu(behind)
    given = max(len(met.whole), 1)
    found.rate, found.late, found.errors = met.rate, met.at("whole", 0.95), len(met.errors)
    found.cpu_web, found.cpu_database = (1000 * (b - a) / given for a, b in zip(before, after, strict=True))


def _crowd(house: House, count: int) -> load.Load:
    bodies = [load.fixed(stage.answer(next(house.codes), house.open.sent_size)) for _answer in range(count)]
    return load.crowds([server.url + house.open.path for server in house.web], bodies, clients=CLIENTS)


def _backlog(house: House, found: Found) -> None:
    """Have a backlog of small jobs and one large one carried out, while answers go on being given."""
    with house.app.app_context():
        started = time.perf_counter()
        for _job in range(BACKLOG):
            jobs.enqueue(SMALL_JOB, organisation_id=house.who[0], language="zh", within_id=house.who[0])
        db.session.commit()
        _wait(SMALL_JOB)
        found.jobs_a_second = BACKLOG / (time.perf_counter() - started)
        survey = db.session.get_one(Survey, house.closed_id)
        storage.remove(snapshots.stored_as(survey))  # the results page may have made one
        jobs.enqueue("surveys.snapshot", organisation_id=house.who[0], language="zh", survey_id=house.closed_id)
        db.session.commit()
        started = time.perf_counter()
    met = _crowd(house, ANSWERS)
    found.rate_meanwhile = met.rate
    found.errors += len(met.errors)
    with house.app.app_context():
        _wait("surveys.snapshot")
        row = db.session.scalars(select(Job).where(Job.name == "surveys.snapshot").order_by(Job.id.desc())).first()
        assert row is not None and row.finished_at is not None, "the snapshot was not made"
        found.snapshot = (row.finished_at - row.created_at).total_seconds()


def _wait(name: str) -> None:
    until = time.perf_counter() + PATIENCE
    left = select(func.count()).select_from(Job).where(Job.name == name, Job.state.in_(UNFINISHED))
    while db.session.scalar(left):
        db.session.rollback()
        if time.perf_counter() > until:
            raise RuntimeError(f"{name} was not done within {PATIENCE} s")
        time.sleep(0.2)
    db.session.rollback()


def _measured(found: dict[int, Found], note: str) -> frame.Table:
    sizes = list(found)
    first, last = found[sizes[0]], found[sizes[-1]]

    def row(name: str, take: Callable[[Found], float]) -> tuple[frame.Cell, ...]:
        costs = [take(found[size]) for size in sizes]
        power = frame.growth((sizes[0], take(first)), (sizes[-1], take(last)))
        return (name, *costs, power)

    rows: list[tuple[frame.Cell, ...]] = [
        row(f"{name}, ms", lambda each, name=name: each.pages[name]) for name in PAGES
    ]  # type: ignore[misc]
    rows += [
        row("answers a second", lambda each: each.rate),
        row("the same while jobs run", lambda each: each.rate_meanwhile),
        row("p95 of an answer at 32, ms", lambda each: each.late),
        row("CPU ms of an answer, web", lambda each: each.cpu_web),
        row("CPU ms of an answer, database", lambda each: each.cpu_database),
        row("small jobs a second", lambda each: each.jobs_a_second),
        row("snapshot of the closed survey, s", lambda each: each.snapshot),
        row("web worker, MB", lambda each: each.web),
        row("job worker, MB", lambda each: each.job),
        row(f"closing {CLOSED[0]} answers, s", lambda each: each.closing),
        row("each further answer, ms", lambda each: each.closing_each),
        *(row(f"disk, MB a 1,000: {name}", lambda each, name=name: each.disk[name]) for name in last.disk),  # type: ignore[misc]
        row("(writing the rows, s)", lambda each: each.written),
    ]
    errors = ", ".join(f"{size:,}: {each.errors}" for size, each in found.items())
    heads = ("members", *(f"{size:,}" for size in sizes), "growth")
    return frame.Table("Measured", heads, rows, f"{note} Answers that failed: {errors}.")


def _derived(found: dict[int, Found]) -> frame.Table:
    """What to plan with, from the largest size that was measured."""
    size, most = list(found.items())[-1]
    whole = most.cpu_web + most.cpu_database
    a_core = 1000 / whole
    disk = most.disk["sealed answer"] + most.disk["invitation"]
    later = most.disk["response"] + most.disk["snapshot"]
    rows = [
        ("answers a second and core, web and database together", a_core),
        ("hours for 1,000,000 answers, one core kept busy", 1_000_000 / a_core / 3600),
        ("hours for 1,000,000 answers, as measured here", 1_000_000 / max(most.rate, 1e-9) / 3600),
        ("cores of web workers for one of the database", most.cpu_web / max(most.cpu_database, 1e-9)),
        ("disk for 1,000,000 answers while open, GB (invitations too)", disk),
        ("disk for 1,000,000 answers after the close, GB", later),
        ("minutes to close 1,000,000 answers (extrapolated)", most.closing_each * 1_000_000 / 60_000),
        ("memory of two web and two job workers, MB", 2 * (most.web + most.job)),
    ]
    return frame.Table(f"To plan with (from {size:,} members)", ("what", "figure"), rows)


AREA = frame.Area("Sizing", tables, page=ROOT / "docs" / "sizing.md")
