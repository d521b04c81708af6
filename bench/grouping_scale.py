"""How long grouping takes, and how much memory, as texts grow: seconds and megabytes at each size, and the growth.

    python -m bench.grouping_scale [SIZE ...] [--texts FILE ...] [--cluster tcp://host:8786] [--stages]

Without sizes: 10,000 and 100,000. Texts are made from the clauses of the sample's answers and, with `--texts`, from the
first column of these files (one text a line, a header first): one to three clauses about the same thing side by side,
so that few are repeated. Every size runs in a process of its own, whose peak is printed, tokenising included. `CPU s`
is what the processors worked, whatever else kept them busy; `growth` is the exponent: that work grew like the number of
texts to this power since the size before (1 is linear).
"""

import argparse
import json
import math
import multiprocessing
import random
import resource
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.frame import Area
from concerns.grouping import group
from core.parallel import mapper
from core.settings import ROOT
from text.clauses import excerpts
from text.languages import detect
from text.thesaurus import themes

SIZES = (10_000, 100_000)
ANSWERS = ROOT / "exchange" / "sample" / "responses.jsonl"


def clauses(files: Sequence[Path]) -> list[str]:
    """The clauses of the sample's open answers, and the texts of further files."""
    found = []
    for line in ANSWERS.read_text(encoding="utf-8").splitlines():
        for answer in json.loads(line)["answers"].values():
            if isinstance(answer, str) and len(answer) > 4:
                found += [part.text for part in excerpts(answer, detect(answer)) if part.kind != "nothing"]
    for file in files:
        found += [line.split("\t")[0] for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    return sorted(set(found))


def texts(size: int, files: Sequence[Path]) -> list[str]:
    """As many texts; the same ones in every run."""
    known = clauses(files)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    about = []
    for clause in known:
        lang = detect(clause)
        found = themes(clause, lang)
        about.append((lang, min(found) if found else clause[:1].lower()))
        alike[about[-1]].append(clause)
    chance = random.Random(size)
    made = []
    for _number in range(size):
        which = chance.randrange(len(known))
        parts = [known[which], *chance.choices(alike[about[which]], k=chance.choice((0, 1, 1, 2)))]
        made.append(("，" if about[which][0] == "zh" else ", ").join(dict.fromkeys(parts)))
    return made


def _run(size: int, files: Sequence[Path], cluster: str, stages: bool, answers: multiprocessing.Queue) -> None:
    given = texts(size, files)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told: list[tuple[float, float]] = []
    started, spent = time.perf_counter(), time.process_time()

    def progress(share: float) -> None:
        told.append((share, time.perf_counter() - started))

    found = group(given, progress=progress, mapped=mapper(cluster))
    seconds, worked = time.perf_counter() - started, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((seconds, worked, peak, before, len(set(given)), len(found.groups), len(found.ungrouped)))
    if stages:
        print("\n".join(_stages(told)), flush=True)


def _stages(told: Sequence[tuple[float, float]]) -> Iterator[str]:
    """When each tenth of the work was reached."""
    shown = -1
    for share, seconds in told:
        if int(share * 10) > shown:
            shown = int(share * 10)
            yield f"    {share:4.0%} after {seconds:8.1f} s"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--texts", nargs="*", type=Path, default=[], help="files whose first column is more texts")
    parser.add_argument("--cluster", default="", help="a dask.distributed scheduler that shares in the work")
    parser.add_argument("--stages", action="store_true", help="print when each tenth of the work was reached")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    heads = ("texts", "distinct", "groups", "alone", "seconds", "CPU s", "growth", "peak MB", "of it texts")
    print("".join(f"{head:>12}" for head in heads))
    last: tuple[int, float] | None = None
    for size in options.sizes:
        answers = context.Queue()
        process = context.Process(target=_run, args=(size, options.texts, options.cluster, options.stages, answers))
        process.start()
        seconds, worked, peak, before, distinct, groups, alone = answers.get()
        process.join()
        growth = f"{math.log(worked / last[1]) / math.log(size / last[0]):.2f}" if last else ""
        numbers = f"{size:12,}{distinct:12,}{groups:12,}{alone:12,}{seconds:12,.1f}{worked:12,.1f}"
        print(f"{numbers}{growth:>12}{peak:12,.0f}{before:12,.0f}", flush=True)
        last = size, worked


AREA = Area("Grouping: many texts", flags=("10000", "30000", "100000"), quick=("2000", "5000"))

if __name__ == "__main__":
    main()
