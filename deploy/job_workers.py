"""Keeps the job workers of this machine at work: as many processes as XINSHENG_JOB_WORKERS says, ended together.

`python -m deploy.job_workers`, in the folder of the product. A worker that dies is started again, and its job is taken
up by whoever is free; when they die again and again something is wrong that starting cannot mend, and this ends,
loudly. TERM and INT end all of them, HUP replaces them one by one. A job that is interrupted waits and is done again.
"""

import signal
import subprocess
import sys
import time
from collections import deque
from types import FrameType

from core import sizing

WORKER = (sys.executable, "-m", "flask", "--app", "app", "work")
DEATHS, WITHIN = 10, 300  # so many in so many seconds are too many: a job that kills its worker is given up after three
GRACE = 25  # seconds a worker may take to put its job back
LOOK = 0.2


class Keeper:
    """The workers and what became of them."""

    def __init__(self, count: int, command: tuple[str, ...] = WORKER) -> None:
        self.count, self.command = count, command
        self.workers: list[subprocess.Popen[bytes]] = []
        self.deaths: deque[float] = deque()
        self.stopping = self.replacing = False

    def keep(self) -> int:
        """Keep them at work until told to stop; return 0 then, 1 when they died too often."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._hear)
        while not self.stopping:
            if self._count_dead():
                _say(f"job workers died {DEATHS} times in {WITHIN} seconds")
                self.end(self.workers)
                return 1
            while len(self.workers) < self.count and not self.stopping:
                self.workers.append(subprocess.Popen(self.command, stdin=subprocess.DEVNULL))
            if self.replacing:
                self._replace()
            time.sleep(LOOK)
        self.end(self.workers)
        return 0

    def end(self, workers: list[subprocess.Popen[bytes]]) -> None:
        """Tell workers to stop and wait for them; one that does not is killed."""
        for worker in workers:
            worker.terminate()
        until = time.monotonic() + GRACE
        for worker in workers:
            try:
                worker.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self.replacing = True
        else:
            self.stopping = True

    def _count_dead(self) -> bool:
        """Take the dead off the list; say whether there are too many."""
        dead = [worker for worker in self.workers if worker.poll() is not None]
        self.workers = [worker for worker in self.workers if worker not in dead]
        for worker in dead:
            _say(f"a job worker ended by itself (status {worker.returncode}); another takes its place")
            self.deaths.append(time.monotonic())
        while self.deaths and self.deaths[0] < time.monotonic() - WITHIN:
            self.deaths.popleft()
        return len(self.deaths) >= DEATHS

    def _replace(self) -> None:
        self.replacing = False
        for old in list(self.workers):
            if self.stopping:
                return
            self.end([old])
            self.workers[self.workers.index(old)] = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)


def _say(words: str) -> None:
    print(f"xinsheng: {words}", file=sys.stderr, flush=True)


def main() -> int:
    """Start as many as the settings or the machine say."""
    try:
        count = sizing.job_workers()
    except ValueError as wrong:
        _say(str(wrong))
        return 2
    return Keeper(count).keep()


if __name__ == "__main__":
    sys.exit(main())
