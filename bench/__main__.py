"""Measures, area by area, and prints tables.

    ./bench/run [NAME …] [--quick] [--keep] [--list]

Without names every area there is, which takes hours; --quick is a short run of each. --keep writes the tables into
docs/benchmarks.md (scale: docs/sizing.md), with the machine and the day. Each area has a process of its own, so that
its memory is its own. Ends with 1 when a target was missed. A PostgreSQL is started beside it where there is one.
"""

import argparse
import importlib
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from bench import frame
from core.settings import ROOT


def measured(name: str, run: frame.Run) -> list[str]:
    """Measure one area in this process, print its tables as they come, and return them for the page."""
    module = importlib.import_module(f"bench.{name}")
    area: frame.Area = module.AREA
    started = time.perf_counter()
    parts = [frame.machine(run.postgres)]
    print(f"== {name}: {area.title}\n{parts[0]}", flush=True)
    found = area.measure(run) if area.measure else _printed(name, area, run)
    for table in found:
        if table.text():
            print(f"\n{table.text()}", flush=True)
        parts.append(table.markdown())
    memory = f"{frame.peak():,.0f} MB, its largest child {frame.peak_of_children():,.0f} MB"
    took = f"{time.perf_counter() - started:.0f} s, most memory held {memory}"
    missed = f"Missed: {'; '.join(run.missed)}." if run.missed else ""
    print("\n".join(filter(None, ["", f"{name}: {took}", missed])), flush=True)
    command = f"`./bench/run {name}{' --quick' if run.quick else ''}`: {took}."
    return [*parts, " ".join(filter(None, [command, missed]))]


def _printed(name: str, area: frame.Area, run: frame.Run) -> list[frame.Printed]:
    """Run the command a module is by itself, show what it says, and return it."""
    flags = [flag.format(postgres=run.postgres) for flag in (area.quick if run.quick else area.flags)]
    said = []
    command = [sys.executable, "-m", f"bench.{name}", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            print(line, end="", flush=True)
    run.hold(f"the target of bench.{name}", process.returncode == 0)
    hidden = ["URL" if flag and flag == run.postgres else flag for flag in flags]
    return [frame.Printed(" ".join(["python -m", f"bench.{name}", *filter(None, hidden)]), "".join(said))]


def main(argv: list[str] | None = None) -> int:
    """Measure what was named; return 1 when a target was missed, 2 for a name nobody knows."""
    parser = argparse.ArgumentParser(
        prog="./bench/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="a short run")
    parser.add_argument("--keep", action="store_true", help="keep the tables in the documents")
    parser.add_argument("--page", type=Path, help="another page to write them into")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    parser.add_argument("--no-postgres", action="store_true", help="SQLite alone")
    parser.add_argument("--one", default=None, metavar="URL", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    known = frame.names()
    if given.list:
        print("\n".join(known))
        return 0
    unknown = [name for name in given.names if name not in known]
    if unknown:
        print(f"no such area: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if given.one is not None:
        return _one(given.names[0], given)
    worst = 0
    with frame.server(wanted=not given.no_postgres) as postgres:
        for name in given.names or known:
            flags = [flag for flag in ("--quick", "--keep") if getattr(given, flag[2:])]
            flags += ["--page", str(given.page.absolute())] if given.page else []
            command = [sys.executable, "-m", "bench", name, *flags, "--one", postgres]
            worst = max(worst, _apart(command))
            print(flush=True)
    return worst


def _apart(command: list[str]) -> int:
    """Run an area in a process of its own; whoever stops this one lets that one put everything away first."""
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait(60)
            raise


def _stopped(number: int, frame_: object) -> NoReturn:
    raise SystemExit(128 + number)


def _one(name: str, given: argparse.Namespace) -> int:
    run = frame.Run(quick=given.quick, postgres=given.one)
    parts = measured(name, run)
    if given.keep:
        area: frame.Area = sys.modules[f"bench.{name}"].AREA
        frame.keep(name, area.title, parts, given.page or area.page)
    return 1 if run.missed else 0


if __name__ == "__main__":
    # Servers, databases and namespaces are put away by leaving in order, in the background as well.
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, _stopped)
    sys.exit(main())
