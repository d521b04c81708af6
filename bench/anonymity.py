"""Can anybody tell which answer is whose? Whole surveys through the real application, then the attack, many times.

    python -m bench.anonymity [--members 30 --members 200] [--seeds 20] [--perm 199] [--controls] [--postgres URL]

Every deployment is fielded through the application's own addresses and attacked with everything at rest: database, log
replayed commit by commit, a backup every 20 events and at every step of closing, a full access log with everybody's
address known (tests/anonymity/attack). Beside members and leaves it looks for members and answers, members and texts,
leaves and answers, and for rows of the sealed pool. --controls: also deployments that leak in one known way each, and
one that does not. --postgres: the same on PostgreSQL, with `xmin`, `ctid` and the data directory; the database at URL
is emptied. The bar: every control is found; the product's pooled p is above 0.01 (the other kinds of pairs share one
such chance among them), at most one run in twenty is flagged at 0.01, its answers are told no better than by guessing,
and nothing lies about that must not.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path

from bench.frame import Area
from tests.anonymity import controls, deployment
from tests.anonymity.attack.linkage import ALPHA, Outcome, attack
from tests.anonymity.attack.pooling import Pooled, pool
from tests.anonymity.deployment import Attacked

HEAD = ("deployment", "N", "runs", "flagged", "linked", "by chance", "exact p", "pooled p", "answers told", "by chance")
WIDTHS = (34, 4, 4, 7, 6, 9, 7, 8, 12, 9)
PAIRS = {
    "": "member, leaf",
    "answers": "member, answer",
    "texts": "member, text",
    "choices": "member, choice apart",
    "leaf_answers": "leaf, answer",
    "pool": "pool row, leaf",
    "pool_answers": "pool row, answer",
}
Run = tuple[str, int, Attacked]


def control(name: str, members: int, perm: int, seed: int) -> Run:
    """Attack one deployment that leaks in a known way ("": in none)."""
    with tempfile.TemporaryDirectory(prefix="xinsheng-") as folder:
        hints, truth = controls.make(name, Path(folder), members=members, seed=seed)
        return name, seed, Attacked({"": attack(hints, truth, Path(folder), perm=perm)}, [])


def keys_in_backups(members: int, perm: int, seed: int) -> Run:
    """Attack the product where every backup holds its keys."""
    with tempfile.TemporaryDirectory(prefix="xinsheng-") as folder:
        found = deployment.with_keys_in_backups(Path(folder), members=members, seed=seed, perm=perm)
        return "product, its keys in backups", seed, Attacked({"": found}, [])


def product(members: int, perm: int, seed: int) -> Run:
    """Attack the product on SQLite."""
    with tempfile.TemporaryDirectory(prefix="xinsheng-") as folder:
        return "product", seed, deployment.on_sqlite(Path(folder), members=members, seed=seed, perm=perm)


def product_on_postgres(url: str, members: int, perm: int, seed: int) -> Run:
    """Attack the product on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="xinsheng-") as folder:
        found = deployment.on_postgres(Path(folder), url, members=members, seed=seed, perm=perm)
        return "product on PostgreSQL", seed, found


def naive_on_postgres(url: str, members: int, perm: int, seed: int) -> Run:
    """Attack a survey on PostgreSQL that was only vacuumed."""
    with tempfile.TemporaryDirectory(prefix="xinsheng-") as folder:
        found = deployment.naive_on_postgres(Path(folder), url, members=members, seed=seed, perm=perm)
        return "VACUUM FULL on PostgreSQL", seed, Attacked({"": found}, [])


def line(name: str, found: Pooled) -> str:
    """Return a line of the table."""
    cells = (
        name,
        found.members,
        found.runs,
        found.flagged,
        f"{found.hits:.1f}",
        f"{found.null_hits:.1f}",
        f"{found.exact:.2f}",
        f"{found.p:.2g}",
        f"{found.told:.2f}" if found.told else "-",
        f"{found.null_told:.2f}" if found.told else "-",
    )
    return _row(cells)


def _row(cells: Iterable[object]) -> str:
    first, *rest = (str(cell) for cell in cells)
    return f"{first:{WIDTHS[0]}}  " + "  ".join(
        f"{cell:>{width}}" for cell, width in zip(rest, WIDTHS[1:], strict=True)
    )


class Table:
    """The lines printed, and whether each met its bar."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.told: list[dict[str, object]] = []
        print(_row(HEAD), flush=True)

    def leaking(self, name: str, outcomes: list[Outcome]) -> None:
        """Print a control, which must be found in every run or, at the least, in all together."""
        found = pool(outcomes)
        self._say(name, found, found.p < ALPHA)

    def silent(self, name: str, outcomes: list[Outcome], *, share: int = 1) -> None:
        """Print what must be no better than guessing; `share`: how many kinds of pairs share the chance of an error."""
        found = pool(outcomes)
        self._say(name, found, found.holds(ALPHA / share))

    def wrong(self, name: str, wrong: list[str]) -> None:
        """Print what lay about and must not."""
        for what in sorted(set(wrong)):
            self.failed.append(f"{name}: {what}")

    def _say(self, name: str, found: Pooled, good: bool) -> None:
        print(line(name, found) + f"  {'ok' if good else 'FAILED: ' + found.worst}", flush=True)
        self.told.append({"deployment": name, "good": good, **asdict(found)})
        if not good:
            self.failed.append(f"{name}, {found.members} members: {found.worst}")


def runs(work: Iterable[Callable[[int], Run]], seeds: range, jobs: int) -> Iterator[tuple[str, list[Attacked]]]:
    """Yield the runs of each kind of deployment over all seeds."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        tasks = [workers.submit(one, seed) for one in work for seed in seeds]
        for name, found in groupby((task.result() for task in tasks), key=lambda run: run[0]):
            yield name, [attacked for _name, _seed, attacked in found]


def main(argv: list[str] | None = None) -> int:
    """Print the table; return 1 when a bar is missed."""
    chosen = _arguments(argv)
    table, seeds, begun = Table(), range(chosen.first, chosen.first + chosen.seeds), time.perf_counter()
    for members in chosen.members or [30, 200]:
        plan = [partial(product, members, chosen.perm)]
        leaky: list[Callable[[int], Run]] = []
        if chosen.controls:
            leaky = [partial(control, name, members, chosen.perm) for name in controls.CONTROLS]
            leaky.append(partial(keys_in_backups, members, chosen.perm))
            plan.append(partial(control, "", members, chosen.perm))
        few = range(seeds.start, seeds.start + min(len(seeds), chosen.control_seeds))
        for name, found in runs(leaky, few, chosen.jobs):
            table.leaking(name, [attacked.outcomes[""] for attacked in found])
        for name, found in runs(plan, seeds, chosen.jobs):
            _silent(table, name or "toy without a leak", found)
        if chosen.postgres:
            _postgres(table, chosen, members, seeds)
    print(f"{time.perf_counter() - begun:.0f} s")
    for failure in table.failed:
        print(f"FAILED  {failure}")
    if chosen.json:
        chosen.json.write_text(json.dumps(table.told, indent=1))
    return 1 if table.failed else 0


def _postgres(table: Table, chosen: argparse.Namespace, members: int, seeds: range) -> None:
    for name, found in runs([partial(naive_on_postgres, chosen.postgres, members, chosen.perm)], seeds[:2], 1):
        table.leaking(name, [attacked.outcomes[""] for attacked in found])
    for name, found in runs([partial(product_on_postgres, chosen.postgres, members, chosen.perm)], seeds, 1):
        _silent(table, name, found)


def _silent(table: Table, name: str, found: list[Attacked]) -> None:
    for pair in PAIRS:
        outcomes = [attacked.outcomes[pair] for attacked in found if pair in attacked.outcomes]
        if outcomes:
            table.silent(f"{name}: {PAIRS[pair]}", outcomes, share=len(PAIRS) - 1 if pair else 1)
    table.wrong(name, [what for attacked in found for what in attacked.wrong])


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, action="append", help="how many answer (repeatable; 30 and 200)")
    parser.add_argument("--seeds", type=int, default=20, help="deployments of each kind (20)")
    parser.add_argument("--first", type=int, default=100, help="the first seed (100)")
    parser.add_argument("--perm", type=int, default=199, help="shuffled truths beside each real one (199)")
    parser.add_argument("--controls", action="store_true", help="deployments that leak, as well")
    parser.add_argument("--control-seeds", type=int, default=3, help="deployments of each control at most (3)")
    parser.add_argument("--postgres", default="", metavar="URL", help="on PostgreSQL as well; the database is emptied")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--json", type=Path, help="write the table to this file")
    return parser.parse_args(argv)


AREA = Area("Anonymity attacked", flags=("--controls",), quick=("--members", "30", "--seeds", "2"))

if __name__ == "__main__":
    sys.exit(main())
