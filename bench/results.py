"""What results cost: the page, the snapshot and every export at 1,000 to 1,000,000 responses of 30 questions.

Each size is its own database. The page is asked for through the WSGI interface by a signed-in secretary, the first time
and again. "bare" is what the same machine needs in the same run to count every column with DuckDB alone: no rules, no
hiding, no page. Rows are exported from a survey whose respondents were told so; memory is the process's own peak.

    ./bench/run results [--quick]
    python -m bench.results [--sizes 1000,10000,100000] [--exports]
"""

import argparse
import json
import random
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert

from app import create_app
from bench import frame
from core.clock import now, today
from core.db import Model, db
from core.settings import ROOT, Settings
from core.terms import Channel, OrganisationKind, Role, Secrecy, SurveyState
from investigations.models import Investigation
from members import accounts
from members.models import Account, Organisation
from surveys import exports, fielding, questionnaires, snapshots
from surveys.exports import named
from surveys.models import Response, Survey

PASSWORD = "bench bench bench"  # noqa: S105 - of a database that lives for a minute
CHUNK, MOST_EXPORTED = 10_000, 100_000


def definition() -> dict[str, Any]:
    """Return thirty questions of the usual kinds, five of them under a condition."""
    options = [{"v": f"o{number}", "t": f"选项{number}"} for number in range(6)]
    five = {"min": 1, "max": 5, "labels": ["很不满意", "很满意"]}
    rows = [{"v": f"r{number}", "t": f"方面{number}"} for number in range(6)]
    items: list[dict[str, Any]] = []
    for number in range(1, 31):
        kind = ("single", "single", "multi", "scale", "matrix", "long_text")[number % 6]
        item: dict[str, Any] = {"id": f"q{number}", "type": kind, "title": f"第{number}问"}
        if kind in ("single", "multi"):
            item["options"] = options
        elif kind == "scale":
            item["scale"] = five
        elif kind == "matrix":
            item |= {"rows": rows, "scale": five}
        if number % 6 == 0:
            item["show_if"] = {"item": "q1", "op": "in", "value": ["o0", "o1", "o2"]}
        items.append(item)
    return {"title": "三十问", "lang": "zh", "items": items}


def answers(draw: random.Random) -> dict[str, Any]:
    """Return one response, about nine in ten questions answered."""
    given: dict[str, Any] = {}
    for number in range(1, 31):
        kind = number % 6
        if draw.random() < 0.1:
            continue
        if kind < 2 and kind + number > 0 and number % 6 != 0:
            given[f"q{number}"] = f"o{draw.randrange(6)}"
        elif kind == 2:
            given[f"q{number}"] = sorted({f"o{draw.randrange(6)}" for _ in range(3)})
        elif kind == 3:
            given[f"q{number}"] = draw.randint(1, 5)
        elif kind == 4:
            given[f"q{number}"] = {f"r{row}": draw.randint(1, 5) for row in range(6)}
        elif kind == 5 and draw.random() < 0.3:
            given[f"q{number}"] = f"希望改进第{draw.randrange(10_000)}件事"
        elif kind == 0 and given.get("q1") in ("o0", "o1", "o2"):
            given[f"q{number}"] = f"o{draw.randrange(6)}"
    return given


def rows(survey_id: int, count: int) -> Iterator[list[dict[str, Any]]]:
    """Yield responses ready to insert, in chunks."""
    draw = random.Random(7)  # noqa: S311 - invented answers
    for start in range(0, count, CHUNK):
        yield [
            {
                "id": secrets.token_hex(16),
                "survey_id": survey_id,
                "channel": Channel.PHONE,
                "complete": True,
                "answers": answers(draw),
            }
            for _ in range(min(CHUNK, count - start))
        ]


def stage(folder: Path, count: int) -> tuple[Flask, int]:
    """Return the product with a closed survey of `count` responses."""
    app = create_app(
        Settings(data=folder, database=f"sqlite:///{folder / 'bench.db'}", queue="inline"), WTF_CSRF_ENABLED=False
    )
    with app.test_request_context("/"):
        Model.metadata.create_all(db.engine)
        organisation = Organisation(
            name="测", kind=OrganisationKind.PARTY_BRANCH, language="zh", rules={}, created_at=now()
        )
        db.session.add(organisation)
        db.session.flush()
        account = Account(
            organisation_id=organisation.id, username="bench", name="甲", password=accounts.hashed(PASSWORD),
            role=Role.SECRETARY, language="zh",
        )  # fmt: skip
        investigation = Investigation(
            organisation_id=organisation.id,
            title="测",
            purpose="",
            starts_on=today(),
            ends_on=today(),
            created_at=now(),
        )
        db.session.add_all([account, investigation])
        db.session.flush()
        survey = fielding.create(investigation, definition(), within=organisation, by=account)
        survey.state, survey.closed_on, survey.secrecy = SurveyState.CLOSED, today(), Secrecy.ROWS
        db.session.flush()
        for chunk in rows(survey.id, count):
            db.session.execute(insert(Response), sorted(chunk, key=lambda row: str(row["id"])))
            db.session.commit()
        return app, survey.id


def seconds(work: Callable[[], Any]) -> float:
    """Return how long `work` takes by the clock on the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare(path: Path) -> float:
    """Return what DuckDB alone needs to count every column of a snapshot, the better of two."""
    import duckdb

    with duckdb.connect() as duck:
        names = [row[0] for row in duck.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]
        counted = ", ".join(f'histogram("{name}")' for name in names)
        query = f"SELECT {counted} FROM '{path}'"
        return min(seconds(lambda: duck.execute(query).fetchall()) for _ in range(2))


def peak() -> float:
    """Return the most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(count: int, *, with_exports: bool) -> dict[str, str]:
    """Measure one size, each figure under its name."""
    with tempfile.TemporaryDirectory() as name:
        app, survey_id = stage(Path(name), count)
        client = app.test_client()
        assert client.post("/app/sign-in", data={"username": "bench", "password": PASSWORD}).status_code == 302
        address = f"/app/surveys/{survey_id}/results"
        line = {"responses": f"{count:,}"}
        with app.test_request_context("/"):
            survey = db.session.get_one(Survey, survey_id)
            asked = questionnaires.ready(survey.version)
            before = peak()
            line["snapshot s"] = f"{seconds(lambda: snapshots.build(survey, asked)):.2f}"
            line["MB more"] = f"{peak() - before:.0f}"
            line["MB file"] = f"{snapshots.file(survey).stat().st_size / 1e6:.1f}"
            line["bare s"] = f"{bare(snapshots.file(survey)):.2f}"
        first = seconds(lambda: _ok(client.get(address)))
        again = min(seconds(lambda: _ok(client.get(address))) for _ in range(2))
        line |= {"page s": f"{first:.2f}", "again s": f"{again:.2f}"}
        if with_exports:
            with app.test_request_context("/"):
                survey = db.session.get_one(Survey, survey_id)
                organisation = db.session.get_one(Organisation, survey.organisation_id)
                data = exports.dataset(survey, within=organisation, language="zh")
                for key in exports.exports:
                    before = peak()
                    took = seconds(lambda key=key: exports.written(named(key), data).close())
                    line[f"{key} s"] = f"{took:.1f} (+{peak() - before:.0f} MB)"
        return line


def _ok(response: Any) -> None:
    assert response.status_code == 200, response.status_code


def apart(count: int, *, with_exports: bool) -> dict[str, str]:
    """Measure one size in a process of its own."""
    command = [sys.executable, "-m", "bench.results", "--one", str(count), *(["--exports"] if with_exports else [])]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    line: dict[str, str] = json.loads(told.stdout.splitlines()[-1])
    return line


def tables(run: frame.Run) -> Iterator[frame.Table]:
    """Yield what each size cost, a column each, how it grew, and the page beside DuckDB alone."""
    sizes = (1_000, 10_000) if run.quick else (10_000, 100_000, 1_000_000)
    lines = {size: apart(size, with_exports=size <= MOST_EXPORTED) for size in sizes}
    first, last = sizes[0], sizes[-1]
    rows: list[tuple[frame.Cell, ...]] = []
    for key in lines[first]:
        if key != "responses":
            told = [lines[size].get(key, "–") for size in sizes]
            numbers = [float(value.split()[0]) for value in (told[0], told[-1] if told[-1] != "–" else "nan")]
            power = frame.growth((first, numbers[0]), (last, numbers[1])) if numbers[1] == numbers[1] else "–"
            rows.append((key, *told, power))
    page, bare_s = float(lines[last]["again s"]), float(lines[last]["bare s"])
    limit = 1.0 if last <= 100_000 else 2.0
    kept = run.hold(f"results page of {last:,} within {limit:g} s", page < limit)
    note = f"The page again takes {page / bare_s:.2f} times DuckDB alone; under {limit:g} s at {last:,}: {kept}."
    yield frame.Table("Results and exports", ("seconds of", *(f"{size:,}" for size in sizes), "growth"), rows, note)


def main() -> int:
    """Measure each size in its own process, so that one's memory does not hide another's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--exports", action="store_true", help="measure every export too")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one, with_exports=given.exports)))
        return 0
    for size in given.sizes.split(","):
        line = apart(int(size), with_exports=given.exports)
        print("  ".join(f"{key}: {value}" for key, value in line.items()), flush=True)
    return 0


AREA = frame.Area("Results and exports", tables)

if __name__ == "__main__":
    sys.exit(main())
