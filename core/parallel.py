"""The map step of long work: on the threads of this machine, or on a Dask cluster of the organisation's own.

Only `core.parallel` knows Dask, and loads it when there is something to map: a page must not wait for it.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import Any

CONNECT = 10  # seconds to wait for a cluster
LOOK = 1  # seconds between looks at whether to go on
AHEAD = 2  # chunks in hand for each worker: enough to keep it busy, few enough to stop soon and to bound memory

Mapped = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
log = logging.getLogger(__name__)


def mapper(cluster: str = "", *, check: Callable[[], None] | None = None) -> Mapped:
    """Return a `map` for chunks of work: results come lazily, in order, the same wherever they were computed.

    `cluster` is the address of a `dask.distributed` scheduler; empty: threads of this process. The function must be
    importable by name where it runs. `check` is called between chunks and stops the rest by raising. A cluster that
    cannot be reached, or fails halfway, costs time and nothing else: what it did not do is done here.
    """
    ask = check or _go_on

    def mapped(function: Callable[[Any], Any], chunks: Iterable[Any]) -> Iterator[Any]:
        rest = iter(chunks)
        client = _client(cluster) if cluster else None
        if client is not None:
            left: deque[Any] = deque()
            try:
                yield from _on_cluster(client, function, rest, left, ask)
            finally:
                client.close(timeout=LOOK)
            rest = chain(left, rest)
        yield from _on_threads(function, rest, ask)

    return mapped


def _go_on() -> None:
    return


def _on_threads(function: Callable[[Any], Any], chunks: Iterable[Any], ask: Callable[[], None]) -> Iterator[Any]:
    # Dask takes half a second to import; only work that maps pays for it.
    import dask
    from dask.system import CPU_COUNT

    rest = iter(chunks)
    while some := list(islice(rest, AHEAD * CPU_COUNT)):
        ask()
        # Given as a part of the function: Dask would look through an argument for tasks, text by text.
        tasks = [dask.delayed(partial(function, chunk), pure=False)() for chunk in some]
        yield from dask.compute(*tasks, scheduler="threads")


def _client(cluster: str) -> Any | None:
    """A connection to the cluster; None when it cannot be had or has nobody to work."""
    from distributed import Client

    try:
        client = Client(cluster, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        log.warning("the cluster cannot be reached (%s): working on this machine", type(error).__name__)
        return None
    if not client.nthreads():
        log.warning("the cluster has no workers: working on this machine")
        client.close()
        return None
    return client


def _on_cluster(
    client: Any, function: Callable[[Any], Any], rest: Iterator[Any], left: deque[Any], ask: Callable[[], None]
) -> Iterator[Any]:
    """Results as far as the cluster gets; the chunks it took and did not do are put into `left`, in order."""
    most = AHEAD * sum(client.nthreads().values())
    in_hand: deque[tuple[Any, Any]] = deque()
    while True:
        for chunk in islice(rest, most - len(in_hand)):
            in_hand.append((chunk, client.submit(partial(function, chunk), pure=False)))
        if not in_hand:
            return
        try:
            result = _result(client, in_hand[0][1], ask)
        except _Lost:
            # What the function itself refuses, it refuses again here.
            left.extend(chunk for chunk, _future in in_hand)
            return
        in_hand.popleft()
        yield result


class _Lost(Exception):
    """The cluster did not do what it was given."""


def _result(client: Any, future: Any, ask: Callable[[], None]) -> Any:
    while True:
        ask()
        try:
            return future.result(timeout=LOOK)
        except Exception as error:
            # It may have been finished in this very moment: then the next look has it.
            waiting = isinstance(error, TimeoutError) and future.status in ("pending", "finished")
            if waiting and client.status == "running" and client.nthreads():
                continue
            log.warning("the cluster failed (%s): working on this machine", type(error).__name__)
            raise _Lost from error
