"""What an answered survey costs: GET and POST by a growing crowd, beside bare Flask servers in the same run.

Two workers of the product as it ships, and two of each reference (`bench.reference`: "lean", "null"), on the same
machine as the respondents; the three take turns, so that what else runs meets all of them. CPU is that of the server's
processes alone, by the kernel; where PostgreSQL keeps the answers, its processes are counted as well.

    ./bench/run survey [--quick]
    python -m bench.survey [--answers 300] [--rounds 5]      in one process, without server or network

Targets: a full response (GET and POST, one answer stored) at most 6 ms of CPU and at most twice "lean"; no errors at
128 respondents; 95 of 100 full responses within 250 ms at 32. The figures of LimeSurvey stand for an earlier
measurement of the same exchange with php-fpm and MariaDB: 254 to 450 ms of CPU.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.test import Client

from bench import frame, load, reference, servers, stage
from core.db import db
from surveys import questionnaires, sheets
from surveys.models import Version
from surveys.queries import public_survey

CPU, LEAN, P95 = 6.0, 2.0, 250.0
LIMESURVEY = (254, 450)  # ms of CPU, measured earlier on a machine of the same kind
CROWDS = (1, 8, 32, 128)
BOXES = (1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Staged:
    """The product with an open survey and fresh codes, its page, and what the references are told."""

    survey: stage.Open
    codes: Iterator[str]
    page: bytes
    rules: reference.Rules
    client: Client

    def bodies(self, count: int) -> list[bytes]:
        """Return answers with codes nobody has used."""
        return [stage.answer(next(self.codes), self.survey.sent_size) for _answer in range(count)]


@dataclass(slots=True)
class Figures:
    """What one kind of server met at one size of crowd, over all rounds."""

    met: load.Load = field(default_factory=load.Load)
    cpu: list[float] = field(default_factory=list)  # ms for a full response, one a round
    memory: float = 0.0  # MB, the largest worker

    @property
    def cost(self) -> float:
        """Return the median milliseconds of CPU for a full response."""
        return statistics.median(self.cpu)


def staged(folder: Path, count: int, database: str = "") -> Staged:
    """Return the product with `count` codes to be used."""
    app = stage.product(folder, database)
    with app.test_request_context("/"):
        within, by, plan = stage.house()
        survey, codes = stage.opened(plan, within=within, by=by, slips=count)
        public = public_survey(survey.path.rpartition("/")[2])
        assert public is not None
        page = sheets.blank(public, "zh").plain
        rules = reference.rules(questionnaires.ready(db.session.get_one(Version, public.version_id)))
    return Staged(survey, iter(codes), page, rules, Client(app))


def tables(run: frame.Run) -> Iterator[frame.Table]:
    """Yield the figures on SQLite, on PostgreSQL where there is one, and how they grow with the box."""
    rounds, answers, crowds = (2, 128, (1, 32, 128)) if run.quick else (3, 256, CROWDS)
    with tempfile.TemporaryDirectory() as folder:
        yield from _under_load(run, Path(folder), "", "SQLite", (rounds, answers, crowds))
    if run.postgres:
        frame.emptied(run.postgres)
        with tempfile.TemporaryDirectory() as folder:
            yield from _under_load(run, Path(folder), run.postgres, "PostgreSQL", (rounds, answers, (32,)))
    yield _growth(run)


def _under_load(
    run: frame.Run, folder: Path, database: str, engine: str, plan: tuple[int, int, tuple[int, ...]]
) -> Iterator[frame.Table]:
    rounds, answers, crowds = plan
    for name in ("ours", *reference.VARIANTS):
        (folder / name).mkdir()
    made = staged(folder / "ours", rounds * answers * len(crowds) + 64, database)
    with ExitStack() as open_servers:
        started = open_servers.enter_context
        own = database or f"sqlite:///{folder / 'ours' / 'bench.db'}"
        running = {"ours": started(servers.product(folder / "ours", own, path=made.survey.path))}
        for name in reference.VARIANTS:
            store = database or f"sqlite:///{folder / name / 'bench.db'}"
            told = reference.written(folder / name, name, store, made.page, made.rules)
            running[name] = started(servers.reference(told))
        found = _rounds(made, running, database, plan)
    yield _loaded(found, engine, crowds)
    yield _targets(run, found, engine, crowds)


def _rounds(
    made: Staged, running: dict[str, servers.Server], database: str, plan: tuple[int, int, tuple[int, ...]]
) -> dict[tuple[int, str], Figures]:
    rounds, answers, crowds = plan
    _ask(made, "ours", running["ours"], 32, 8)  # every worker draws its page once
    for name in reference.VARIANTS:
        _ask(made, name, running[name], 32, 8)
    found = {(crowd, name): Figures() for crowd in crowds for name in running}
    for crowd in crowds:
        for _round in range(rounds):
            for name, server in running.items():
                figures = found[crowd, name]
                behind = servers.postgres_processes(database) if database else []
                before = server.cpu() + servers.cpu(behind)
                met = _ask(made, name, server, answers, crowd)
                spent = server.cpu() + servers.cpu(behind) - before
                figures.cpu.append(1000 * spent / max(len(met.whole), 1))
                figures.met += met
                figures.memory = max(server.memory())
    return found


def _ask(made: Staged, name: str, server: servers.Server, answers: int, crowd: int) -> load.Load:
    if name == "ours":
        sent = [load.fixed(body) for body in made.bodies(answers)]
        return load.crowd(server.url + made.survey.path, sent, clients=crowd)
    kind = load.with_token if name == "lean" else load.fixed
    body = stage.answer("-", made.survey.sent_size)
    return load.crowd(f"{server.url}/s/1", [kind(body)] * answers, clients=crowd)


def _loaded(found: dict[tuple[int, str], Figures], engine: str, crowds: tuple[int, ...]) -> frame.Table:
    rows: list[tuple[frame.Cell, ...]] = []
    for crowd in crowds:
        for name in ("ours", *reference.VARIANTS):
            seen = found[crowd, name]
            rows.append(
                (
                    str(crowd), name, seen.cost, seen.cost / found[crowd, "lean"].cost, seen.met.rate,
                    seen.met.at("pages", 0.5), seen.met.at("pages", 0.95),
                    seen.met.at("answers", 0.5), seen.met.at("answers", 0.95),
                    seen.met.at("whole", 0.5), seen.met.at("whole", 0.95), len(seen.met.errors), seen.memory,
                )
            )  # fmt: skip
    return frame.Table(
        f"Answering on {engine}: GET + POST, two workers, the respondents on the same cores",
        (
            "respondents", "server", "CPU ms", "/ lean", "a second", "GET p50", "GET p95", "POST p50", "POST p95",
            "both p50", "both p95", "errors", "worker MB",
        ),
        rows,
        "CPU for one full response, all processes of the server; p50 and p95 in ms by the clock.",
    )  # fmt: skip


def _targets(
    run: frame.Run, found: dict[tuple[int, str], Figures], engine: str, crowds: tuple[int, ...]
) -> frame.Table:
    most = max(crowds)
    costs = [found[crowd, "ours"].cost for crowd in crowds]
    ratio = statistics.median(found[crowd, "ours"].cost / found[crowd, "lean"].cost for crowd in crowds)
    late, cost = found[32, "ours"].met.at("whole", 0.95), statistics.median(costs)
    errors = len(found[most, "ours"].met.errors)
    low, high = (limit / cost for limit in LIMESURVEY)
    rows = [
        ("CPU ms of a full response", cost, f"<= {CPU:g}", run.hold(f"CPU on {engine}", cost <= CPU)),
        ("times the lean reference", ratio, f"<= {LEAN:g}", run.hold(f"twice lean on {engine}", ratio <= LEAN)),
        (f"errors at {most} respondents", errors, "0", run.hold(f"errors on {engine}", errors == 0)),
        ("p95 of a full response at 32, ms", late, f"< {P95:g}", run.hold(f"p95 on {engine}", late < P95)),
        ("LimeSurvey's CPU, times ours", f"{low:.0f} to {high:.0f}", ">= 50", "earlier measurement"),
    ]
    seen = [wrong for crowd in crowds for wrong in found[crowd, "ours"].met.errors]
    return frame.Table(f"Targets on {engine}", ("what", "found", "target", "kept"), rows, "; ".join(seen[:3]))


def _growth(run: frame.Run) -> frame.Table:
    """Measure a full response with ever more answers in the box already, in this process."""
    sizes, answers = (BOXES[:2] if run.quick else BOXES), (60 if run.quick else 150)
    rows: list[tuple[frame.Cell, ...]] = []
    points = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            made = staged(folder, 4 * answers)
            bare = Client(reference.lean(f"sqlite:///{folder / 'lean.db'}", made.page, made.rules))
            with made.client.application.app_context():
                stage.fill_box(made.survey.id, size, 2048)
            ours, beside = [], []
            for _round in range(4):
                bodies = made.bodies(answers)
                ours.append(cost(made.client, made.survey.path, bodies))
                beside.append(cost(bare, "/s/1", bodies))
            spent, lean = statistics.median(ours[1:]), statistics.median(beside[1:])
            points.append((size, spent))
            rows.append((f"{size:,}", spent, lean, spent / lean))
    power = frame.growth(points[0], points[-1])
    return frame.Table(
        "A full response as the box fills, in one process without a server",
        ("answers in the box", "CPU ms", "lean", "/ lean"),
        rows,
        f"It grows like the number of answers to the power {power:.2f}.",
    )


def cost(client: Client, url: str, bodies: list[bytes]) -> float:
    """Return CPU milliseconds for one GET and one POST, over all `bodies`."""
    spent = 0.0
    for body in bodies:
        started = time.process_time()
        page = client.get(url, headers={"Accept-Encoding": "gzip"})
        spent += time.process_time() - started
        assert page.status_code == 200
        token = client.get_cookie("t")
        if token is not None:
            body = body[: -len(token.value) - 12] + f"&csrf_token={token.value}".encode()
        started = time.process_time()
        sent = client.post(url, data=body, content_type="application/x-www-form-urlencoded")
        spent += time.process_time() - started
        assert sent.status_code in (200, 303), sent.status_code
    return 1000 * spent / len(bodies)


def main(argv: list[str] | None = None) -> int:
    """Print the figures of one process; return 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=300, help="answers a round (default 300)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of both, in turn (default 5)")
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        made = staged(Path(folder), chosen.answers * (chosen.rounds + 1))
        bare = Client(reference.lean(f"sqlite:///{folder}/lean.db", made.page, made.rules))
        runs: dict[str, Callable[[list[bytes]], float]] = {
            "ours": lambda part: cost(made.client, made.survey.path, part),
            "lean": lambda part: cost(bare, "/s/1", part),
        }
        figures: dict[str, list[float]] = {"ours": [], "lean": []}
        for _round in range(chosen.rounds + 1):
            bodies = made.bodies(chosen.answers)
            for name, run in runs.items():
                figures[name].append(run(bodies))
    best = {name: min(values[1:] or values) for name, values in figures.items()}  # the first round only warms up
    ratio = best["ours"] / best["lean"]
    print(f"page {len(made.page)} bytes, answer {made.survey.sent_size} bytes")
    print(f"GET + POST: ours {best['ours']:.2f} ms CPU, lean {best['lean']:.2f} ms CPU, ratio {ratio:.2f} (< {LEAN})")
    return 0 if ratio < LEAN else 1


AREA = frame.Area("Answering a survey", tables)

if __name__ == "__main__":
    sys.exit(main())
