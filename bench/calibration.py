"""How fast this machine is by itself: two well-known works of the standard library, to compare machines and days by.

./bench/run calibration [--quick]
"""

import json
import random
from collections.abc import Callable, Iterator

from bench import frame

SIZES = (1_000, 10_000, 100_000)


def tables(run: frame.Run) -> Iterator[frame.Table]:
    """Yield what sorting numbers and writing and reading JSON takes here, at three sizes."""
    draw = random.Random(7)  # noqa: S311 - no secret
    numbers = [draw.random() for _number in range(SIZES[-1])]
    works: dict[str, Callable[[int], object]] = {
        "sorted": lambda size: sorted(numbers[:size]),
        "json": lambda size: json.loads(json.dumps(numbers[:size])),
    }
    rows: list[tuple[frame.Cell, ...]] = []
    for name, work in works.items():
        costs = [frame.timed(lambda size=size, work=work: work(size), 3 if run.quick else 9)[1] for size in SIZES]  # type: ignore[misc]
        rows.append((name, *costs, frame.growth((SIZES[0], costs[0]), (SIZES[-1], costs[-1]))))
    heads = ("work", *(f"median ms of {size:,}" for size in SIZES), "growth")
    yield frame.Table("The machine by itself, CPU", heads, rows)


AREA = frame.Area("The machine", tables)
