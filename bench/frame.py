"""What every measurement shares: tables, medians, growth, memory, how an area is found, and where its figures are kept.

A module of this folder is an area when it says `AREA = Area(...)`. Either it yields tables (`measure`), or it is a
command of its own whose printing is taken as it comes (`flags`). Nothing of an area is imported before it is measured.
"""

import ast
import math
import os
import platform
import re
import resource
import sqlite3
import statistics
import subprocess
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from core.settings import ROOT

FOLDER = Path(__file__).parent
KEPT = ROOT / "docs" / "benchmarks.md"
POSTGRES = ROOT / "tools" / "postgres.sh"
Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Table:
    """What is printed of a measurement: a title, the heads of the columns, the rows, and how to read it."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def text(self) -> str:
        """Return the table for a terminal, columns aligned; a Chinese character counts as two."""
        lines = [list(self.heads), *([shown(cell) for cell in row] for row in self.rows)]
        wide = [max(_width(line[place]) for line in lines) for place in range(len(self.heads))]
        drawn = [_line(line, wide) for line in lines]
        return "\n".join([self.title, *drawn, *([self.note] if self.note else [])])

    def markdown(self) -> str:
        """Return the table for a document."""
        rows = [list(self.heads), ["---"] * len(self.heads), *([shown(cell) for cell in row] for row in self.rows)]
        drawn = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
        return "\n\n".join([f"**{self.title}**", drawn, *([self.note] if self.note else [])])


@dataclass(frozen=True, slots=True)
class Printed:
    """What a measurement with a printing of its own has said."""

    command: str
    said: str

    def text(self) -> str:
        """Return nothing: it was printed as it came."""
        return ""

    def markdown(self) -> str:
        """Return the printing as it was, under the command that repeats it."""
        return f"`{self.command}`\n\n```\n{self.said.strip()}\n```"


@dataclass(slots=True)
class Run:
    """One measurement: how thorough it is, a PostgreSQL of its own where one can be started, the targets missed."""

    quick: bool = False
    postgres: str = ""  # "" where there is no server
    missed: list[str] = field(default_factory=list)

    def hold(self, target: str, kept: bool) -> str:
        """Remember a target that was missed; return "yes" or "no" for the table."""
        if not kept:
            self.missed.append(target)
        return "yes" if kept else "no"


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its title, and `measure`, which yields tables, or the `flags` its own command is run with.

    `quick`: the flags of a short run. A flag "{postgres}" becomes the server's address, "" where there is none.
    `page`: where its figures are kept.
    """

    title: str
    measure: Callable[[Run], Iterable[Table]] | None = None
    flags: Sequence[str] = ()
    quick: Sequence[str] = ()
    page: Path = KEPT


def names() -> list[str]:
    """Return the areas there are, by the modules of this folder that name one, without importing them."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        assigned = [at for node in body if isinstance(node, ast.Assign) for at in node.targets]
        if any(isinstance(at, ast.Name) and at.id == "AREA" for at in assigned):
            found.append(path.stem)
    return found


def shown(cell: Cell) -> str:
    """Return a cell as it is read: numbers with as many digits as they deserve."""
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return "–"
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def _line(cells: Sequence[str], wide: Sequence[int]) -> str:
    """The first column stands left, figures right."""
    spaces = [" " * (size - _width(cell)) for cell, size in zip(cells, wide, strict=True)]
    first, *others = zip(cells, spaces, strict=True)
    return "  ".join(["", "".join(first), *(space + cell for cell, space in others)]).rstrip()


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the median milliseconds of `runs` runs after one to warm up: by the clock, and of this process's CPU."""
    work()
    taken, used = [], []
    for _run in range(runs):
        started, spent = time.perf_counter(), time.process_time()
        work()
        taken.append(1000 * (time.perf_counter() - started))
        used.append(1000 * (time.process_time() - spent))
    return statistics.median(taken), statistics.median(used)


def share(values: Sequence[float], part: float) -> float:
    """Return the value below which this part of all lies (0.5: the median); not a number where there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else math.nan


def growth(first: tuple[float, float], last: tuple[float, float]) -> float:
    """Return the power of the size that the cost grew with, of two (size, cost): 0 does not grow, 1 is linear."""
    if not math.isfinite(last[1]):
        return math.inf
    return math.log(max(last[1], 1e-9) / max(first[1], 1e-9)) / math.log(last[0] / first[0])


def peak() -> float:
    """Return the most megabytes this process has held."""
    # Not getrusage: that also counts what the process held which started this one.
    told = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(told[1]) / 1024 if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peak_of_children() -> float:
    """Return the most megabytes one ended child of this process has held."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def machine(postgres: str = "") -> str:
    """Say on what is measured: processors, memory, versions, and what else keeps them busy."""
    memory = psutil.virtual_memory().total / 2**30
    parts = [
        f"{time.strftime('%Y-%m-%d %H:%M')}",
        f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GB",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        *([f"PostgreSQL {_server_version(postgres)}"] if postgres else []),
        "load {:.1f} / {:.1f} / {:.1f} before".format(*os.getloadavg()),
    ]
    return " · ".join(parts)


def _server_version(url: str) -> str:
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return f"{connection.info.server_version // 10000}.{connection.info.server_version % 10000}"


@contextmanager
def server(*, wanted: bool = True) -> Iterator[str]:
    """Give the address of a PostgreSQL of one's own that keeps what it acknowledges; "" where none can be started."""
    if not wanted or subprocess.run([POSTGRES, "find"], capture_output=True).returncode:  # noqa: S603
        yield ""
        return
    started = subprocess.run([POSTGRES, "start"], check=True, capture_output=True, text=True)  # noqa: S603
    folder, url = started.stdout.split()
    try:
        _make_durable(url)
        yield url
    finally:
        subprocess.run([POSTGRES, "stop", folder], check=True)  # noqa: S603


def _make_durable(url: str) -> None:
    """The server of the tests forgets at a power cut; one that is measured may not."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = on")
        connection.execute("SELECT pg_reload_conf()")


def emptied(url: str) -> None:
    """Empty the PostgreSQL database at `url`."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def keep(name: str, title: str, parts: Sequence[str], page: Path = KEPT) -> None:
    """Put what was measured of an area between its two marks in the page of measurements, or at its end."""
    begin, end = f"<!-- ./bench/run {name} -->", f"<!-- end of {name} -->"
    section = "\n\n".join([begin, *parts, end])
    old = page.read_text("utf-8") if page.exists() else ""
    marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if marked.search(old):
        new = marked.sub(lambda _found: section, old)
    else:
        new = f"{old.rstrip()}\n\n## {title}\n{section}\n".lstrip()
    page.write_text(new, "utf-8")
