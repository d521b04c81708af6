"""How long until the first page is there, and what idle processes hold, beside a bare Flask server in the same run.

    ./bench/run start [--quick]

Import: a new Python loads the product and builds the application, or only the libraries under it (Flask, SQLAlchemy,
WTForms). First page: the product as it ships, from the start of the server to the first answer, beside a server that
knows one page. Idle: what a web worker holds after its first pages, and a job worker that is ready to work, with 1, 2
and 4 web workers.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench import frame, reference, servers, stage
from core.settings import ROOT

LOADED = """
import re, sys, time
started, spent = time.perf_counter(), time.process_time()
{work}
print(time.perf_counter() - started, time.process_time() - spent,
      int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024, len(sys.modules))
"""
WORKS = {
    "bare: flask, flask_sqlalchemy, flask_wtf": "import flask, flask_sqlalchemy, flask_wtf",
    "import app": "import app",
    "import app, create_app()": (
        "from pathlib import Path\nimport app\nfrom core.settings import Settings\n"
        "app.create_app(Settings(data=Path({data!r}), database='sqlite://', queue='inline'))"
    ),
}
# What a web worker must not load before somebody asks for it.
HEAVY = (
    "weasyprint", "duckdb", "pandas", "numpy", "scipy", "sklearn", "dask", "jieba", "textblob", "docx", "openpyxl",
    "pypdfium2", "boto3", "pyreadstat", "alembic",
)  # fmt: skip
READY = 120  # seconds a job worker may take
WORKERS = (1, 2, 4)


def tables(run: frame.Run) -> Iterator[frame.Table]:
    """Yield what importing costs, how soon the first page is there, and what idle processes hold."""
    rounds = 1 if run.quick else 2
    yield _imports(rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = _staged(folder)
        yield _first_page(folder, made, rounds)
        yield _idle(folder, made, WORKERS[:2] if run.quick else WORKERS)


def _imports(rounds: int) -> frame.Table:
    rows: list[tuple[frame.Cell, ...]] = []
    bare = 0.0
    with tempfile.TemporaryDirectory() as data:
        for label, work in WORKS.items():
            told = [_python(LOADED.format(work=work.format(data=data))) for _round in range(rounds)]
            wall, cpu, memory, modules = (statistics.median(each) for each in zip(*told, strict=True))
            bare = bare or cpu
            rows.append((label, 1000 * cpu, cpu / bare, 1000 * wall, memory, int(modules)))
        loaded = _python(
            f"{WORKS['import app, create_app()'].format(data=data)}\nimport sys\n"
            f"print(*(int(name in sys.modules) for name in {HEAVY!r}))",
        )
    early = [name for name, there in zip(HEAVY, loaded, strict=True) if there]
    note = f"Heavy libraries loaded before anybody asks: {', '.join(early) or 'none'} (of {len(HEAVY)} looked for)."
    return frame.Table("Loading, in a new Python", ("what", "CPU ms", "/ bare", "wall ms", "MB", "modules"), rows, note)


def _python(program: str) -> list[float]:
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return [float(word) for word in told.stdout.split()]


def _staged(folder: Path) -> tuple[stage.Open, Path]:
    app = stage.product(folder)
    with app.test_request_context("/"):
        within, by, plan = stage.house()
        survey, _codes = stage.opened(plan, within=within, by=by, slips=1)
    return survey, reference.written(folder, "null", "", b"<h1>One page</h1>", {})


def _first_page(folder: Path, made: tuple[stage.Open, Path], rounds: int) -> frame.Table:
    survey, bare = made
    database = f"sqlite:///{folder / 'bench.db'}"
    found: dict[str, list[tuple[float, float]]] = {}
    for _round in range(rounds):
        with servers.reference(bare) as server:
            found.setdefault("bare server, one page", []).append((server.seconds, server.cpu()))
        for label, path in (("sign-in page", "/app/sign-in"), ("survey page", survey.path)):
            with servers.product(folder, database, path=path) as server:
                found.setdefault(label, []).append((server.seconds, server.cpu()))
    rows: list[tuple[frame.Cell, ...]] = []
    for label, seen in found.items():
        wall, cpu = (statistics.median(each) for each in zip(*seen, strict=True))
        rows.append((label, wall, wall / rows[0][1] if rows else 1.0, cpu))
    heads = ("first answer of", "seconds", "/ bare", "CPU s by then")
    return frame.Table("From the start of the server to its first answer, two workers", heads, rows)


def _idle(folder: Path, made: tuple[stage.Open, Path], sizes: tuple[int, ...]) -> frame.Table:
    survey, bare = made
    database = f"sqlite:///{folder / 'bench.db'}"
    rows: list[tuple[frame.Cell, ...]] = []
    with servers.reference(bare) as server:
        alone = max(server.memory())
    points = []
    for size in sizes:
        with servers.product(folder, database, workers=size) as server:
            port = int(server.url.rpartition(":")[2])
            for path in (survey.path, "/app/sign-in") * 8 * size:
                servers.answers(port, path)
            rows.append((f"{size} web workers", *_held(server.all(), max(server.memory()), alone)))
            points.append((size, sum(_unique(each) for each in server.all())))
    settings = {"XINSHENG_DATA": str(folder), "DATABASE_URL": database}
    with servers.running([sys.executable, "-m", "flask", "--app", "app", "work"], settings) as process:
        took = _settled(process)
        rows.append(("1 job worker", *_held([process], servers.held(process), alone)))
    power = frame.growth(points[0], points[-1])
    note = (
        f"Together like the number of web workers to the power {power:.2f}; a job worker is ready after {took:.1f} s."
    )
    return frame.Table(
        "Idle", ("what", "largest process MB", "/ bare worker", "all together MB (shared counted once)"), rows, note
    )


def _held(processes: list[psutil.Process], largest: float, bare: float) -> tuple[float, float, float]:
    return largest, largest / bare, sum(_unique(each) for each in processes)


def _unique(process: psutil.Process) -> float:
    """Return the megabytes of a process, what it shares divided among those who share it (PSS)."""
    try:
        return process.memory_full_info().pss / 2**20
    except psutil.Error:
        return 0.0


def _settled(process: psutil.Process) -> float:
    """Wait until a job worker has loaded and warmed up what it needs, and rests; return the seconds it took."""
    started = time.perf_counter()
    spent, still = -1.0, 0
    while still < 3 and time.perf_counter() - started < READY:
        now = servers.cpu([process])
        still = still + 1 if now - spent < 0.05 else 0  # it looks for work twice a second
        spent = now
        time.sleep(1)
    return time.perf_counter() - started - 3


AREA = frame.Area("Start and idle memory", tables)
