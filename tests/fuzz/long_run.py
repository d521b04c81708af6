"""The long run: `./fuzz [--inputs N] [--corpus FOLDER] [--engine atheris|own] [target...]`.

Each target runs in a process of its own: by atheris, which follows what code an input reaches, where that is
installed, else by random changes of the seeds. Prints how many inputs each target took, and ends with 1 when one
crashed or ran away; the input lies in the target's folder as `crash-…`.
"""

import argparse
import hashlib
import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from core.settings import ROOT
from tests.conftest import words_of_errors
from tests.fuzz import forms, mutations
from tests.fuzz.targets import TARGETS, corpus

SECONDS = 60  # of work on the processor an input may take: more is a hang
STEP = 200  # inputs after which the count is written down
ALL = [*TARGETS, forms.NAME]
# What packs and unpacks an archive for each input, or asks a whole page: they get a small share of the inputs.
COSTLY = frozenset(name for name, target in TARGETS.items() if target.packed) | {forms.NAME}
SHARE = 0.01
INSTRUMENTED = 5_000  # fewer inputs are over before following them through the code pays


def main() -> int:
    """Read the command line, run every target, print the table; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, prog="./fuzz")
    parser.add_argument("targets", nargs="*", metavar="target", help=f"of {', '.join(ALL)}; all without")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many in all (default: a million)")
    parser.add_argument("--corpus", type=Path, default=Path.home() / ".cache" / "xinsheng-fuzz")
    parser.add_argument("--engine", choices=("atheris", "own"), default="")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    unknown = set(told.targets) - set(ALL)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    engine = told.engine or ("atheris" if importlib.util.find_spec("atheris") else "own")
    if told.one:
        return _one(told.targets[0], told.inputs, told.corpus, engine)
    return _all(told.targets or ALL, told.inputs, told.corpus, engine)


def _all(names: list[str], inputs: int, folder: Path, engine: str) -> int:
    """Run each target for its share of `inputs`; return 1 when one of them crashed."""
    costly = [name for name in names if name in COSTLY]
    few = max(int(inputs * SHARE), 20) if len(costly) < len(names) else inputs // len(names)
    many = -(-max(inputs - few * len(costly), 0) // max(len(names) - len(costly), 1))
    print(f"{'target':32}{'inputs':>12}{'kept':>8}{'seconds':>9}  result ({engine})", flush=True)
    total = failed = 0
    for name in names:
        place = corpus(folder, name) if name in TARGETS else forms.corpus(folder)
        began = time.monotonic()
        status, said = _run(name, few if name in costly else many, folder, engine if name in TARGETS else "own")
        count = _counted(place)
        total, failed = total + count, failed + (status != 0)
        kept = sum(1 for path in place.iterdir() if path.name != "count")
        result = "sound" if status == 0 else f"CRASHED ({status}), see {place}"
        print(f"{name:32}{count:>12,}{kept:>8,}{time.monotonic() - began:>9.0f}  {result}", flush=True)
        if status:
            print(said[-3000:], flush=True)
    print(f"{'all':32}{total:>12,}", flush=True)
    return 1 if failed else 0


def _run(name: str, inputs: int, folder: Path, engine: str) -> tuple[int, str]:
    """Run one target in a process of its own; return its exit status and what it said."""
    if engine == "own":
        return _forked(name, inputs, folder)
    told = ["--one", "--inputs", str(inputs), "--corpus", str(folder), "--engine", engine, name]
    command = [sys.executable, "-m", "tests.fuzz.long_run", *told]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    return done.returncode, done.stdout + done.stderr


def _forked(name: str, inputs: int, folder: Path) -> tuple[int, str]:
    """Do the same without loading the product anew: most targets are over sooner than that takes."""
    log = folder / "log"
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with log.open("w") as out:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
            status = _one(name, inputs, folder, "own")
        except BaseException:  # noqa: B036 - told by the log and the exit status
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _child, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), log.read_text(errors="replace")


def _counted(place: Path) -> int:
    try:
        return int((place / "count").read_text())
    except (OSError, ValueError):
        return 0


def _one(name: str, inputs: int, folder: Path, engine: str) -> int:
    place = corpus(folder, name) if name in TARGETS else forms.corpus(folder)
    place.joinpath("count").write_text("0")
    take = TARGETS[name].take if name in TARGETS else forms.taker()
    count = 0

    def counting(content: bytes) -> None:
        nonlocal count
        count += 1
        if count % STEP == 0 or count == inputs:
            place.joinpath("count").write_text(str(count))
        take(bytes(content))

    with words_of_errors():
        if engine == "atheris":
            return _with_atheris(counting, inputs, place, TARGETS[name].most)
        return _by_chance(name, counting, inputs, place)


def _with_atheris(take: Callable[[bytes], None], inputs: int, place: Path, most: int) -> int:
    import atheris

    if inputs > INSTRUMENTED:
        atheris.instrument_all()
    options = [
        f"-runs={inputs}",
        f"-timeout={SECONDS}",
        f"-artifact_prefix={place}/",
        "-verbosity=0",
        "-rss_limit_mb=3000",
    ]
    longest = max((path.stat().st_size for path in place.glob("seed-*")), default=most)
    atheris.Setup([sys.argv[0], *options, f"-max_len={max(most, longest)}", str(place)], take)
    atheris.Fuzz()  # ends the process
    return 0


def _by_chance(name: str, take: Callable[[bytes], None], inputs: int, place: Path) -> int:
    def hung(*_what: object) -> None:
        raise TimeoutError(f"an input took more than {SECONDS} seconds of work")

    signal.signal(signal.SIGVTALRM, hung)
    chance = random.Random(time.time_ns())
    target = TARGETS.get(name)
    seeds = [path.read_bytes() for path in sorted(place.glob("seed-*"))]
    for _ in range(inputs):
        content = mutations.made(target, seeds, chance) if target else chance.randbytes(24)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            take(content)
        except BaseException:
            place.joinpath(f"crash-{hashlib.sha256(content).hexdigest()[:16]}").write_bytes(content)
            raise
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
