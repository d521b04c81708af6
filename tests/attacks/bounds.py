"""A child process with bounded memory and bounded work on the processor: an attack that runs away is ended there."""

import multiprocessing
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

MEMORY = 1536 * 1024 * 1024  # bytes above what the process holds as it begins
PROCESSOR = 20  # seconds of work, not of waiting: a busy machine changes nothing


class RanAway(AssertionError):
    """The work took more memory or work than any upload may cost."""


def within_bounds(work: Callable[[], Any], *, processor: int = PROCESSOR) -> Any:
    """Return what `work` returns (picklable), or raise `RanAway`; whatever else it raises is told by its name."""
    fork = multiprocessing.get_context("fork")
    mine, its = fork.Pipe(duplex=False)
    child = fork.Process(target=_child, args=(its, work, processor))
    child.start()
    its.close()
    try:
        kind, result = mine.recv()
    except EOFError:
        kind, result = "ended", None
    child.join()
    if kind == "memory" or child.exitcode in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGSEGV):
        raise RanAway(f"{kind}, exit {child.exitcode}")
    assert kind == "result", f"{kind}: {result}"
    return result


def _child(pipe: Connection, work: Callable[[], Any], processor: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + processor
    resource.setrlimit(resource.RLIMIT_CPU, (until, until + 2))
    try:
        pipe.send(("result", work()))
    except MemoryError:
        pipe.send(("memory", ""))
    except BaseException as error:  # noqa: B036 - told to the parent, who judges
        pipe.send((type(error).__name__, str(error)[:300]))
