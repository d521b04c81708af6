"""How many processes this machine carries: web workers and job workers, by its cores and its memory.

Only the standard library: gunicorn's master and the keeper of the workers load nothing else of the product.
"""

import os
from collections.abc import Mapping
from pathlib import Path

MOST = 64
# Resident megabytes, with room: a web worker was measured at 130 after its first pages; a job worker idles at 140 and
# takes some 600 while it groups 100,000 texts or prints a long report. The rest is for the system and the database.
WEB, JOB, REST = 200, 700, 500
CGROUP = Path("/sys/fs/cgroup")
MEMORY = Path("/proc/meminfo")


def web_workers(environment: Mapping[str, str] = os.environ) -> int:
    """Return XINSHENG_WEB_WORKERS, or three for every four cores as far as memory goes; raise ValueError."""
    given = _given("XINSHENG_WEB_WORKERS", environment)
    if given is not None:
        return given
    room = memory() - REST - JOB * job_workers(environment)
    return max(1, min(-(-cores() * 3 // 4), room // WEB, MOST))


def job_workers(environment: Mapping[str, str] = os.environ) -> int:
    """Return XINSHENG_JOB_WORKERS, or one for every two cores as far as memory goes; raise ValueError."""
    given = _given("XINSHENG_JOB_WORKERS", environment)
    if given is not None:
        return given
    return max(1, min(cores() // 2, (memory() - REST - 2 * WEB) // JOB, MOST))


def cores() -> int:
    """Return how many cores this process may use: those of the machine, or of the container's share of it."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _space, period = _read(CGROUP / "cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal():
        own = min(own, -(-int(quota) // int(period)))
    return max(1, own)


def memory() -> int:
    """Return the megabytes this process may use: those of the machine, or of the container; 4096 when nobody tells."""
    lines = dict(line.partition(":")[::2] for line in _read(MEMORY).splitlines())
    told = lines.get("MemTotal", "").split()
    own = int(told[0]) // 1024 if told else 4096
    most = _read(CGROUP / "memory.max")
    return min(own, int(most) // 1024**2) if most.isdecimal() else own


def _given(name: str, environment: Mapping[str, str]) -> int | None:
    value = environment.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value) <= MOST:
        raise ValueError(f"{name}: “{value}” is not a whole number from 1 to {MOST}.")
    return int(value)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
