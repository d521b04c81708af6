"""A machine that runs the product as it is deployed: web server, job worker, database, disk, clock and network."""

import contextlib
import os
import random
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from core.settings import ROOT
from tests.faults.storm.server import Server
from tests.faults.storm.wire import Wire

DISK = 512  # megabytes, where a disk of its own can be mounted
PATIENCE = 120  # seconds until the product must answer again
HOOKS = Path(__file__).parent / "clock"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Machine:
    """Starts, kills and heals everything; a process that ends by itself is started again, as systemd would."""

    def __init__(self, engine: str, seed: object) -> None:
        self.engine, self.chance = engine, random.Random(f"{seed} machine")
        self.top = Path(tempfile.mkdtemp(prefix="xinsheng-storm."))
        self.top.chmod(0o755)  # the database server is another user
        self.disk, self.logs = self.top / "disk", self.top / "logs"
        self.disk.mkdir()
        self.logs.mkdir()
        self.mounted = self._mount()
        self.data = self.disk / "instance"
        self.data.mkdir(mode=0o700)
        self.server = Server(self.disk / "postgres", self.logs) if engine == "postgresql" else None
        self.line = Wire(self.server.port, seed) if self.server else None
        self.web_port = free_port()
        self.wire = Wire(self.web_port, seed)
        self._clock = self.top / "clock"
        self._clock.write_bytes(struct.pack("d", 0.0))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._wanted: set[str] = set()
        self._turn = threading.RLock()
        self.fell_over = 0
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    # --- what there is ----------------------------------------------------------------------------------

    @property
    def database(self) -> str:
        """Return the address of the database, straight, for the test itself."""
        return self.server.url(self.server.port) if self.server else f"sqlite:///{self.data / 'xinsheng.db'}"

    def _environment(self) -> dict[str, str]:
        own = {
            "XINSHENG_DATA": str(self.data),
            "HOST": "127.0.0.1",
            "PORT": str(self.web_port),
            "XINSHENG_WEB_WORKERS": "2",
            "XINSHENG_STORM_CLOCK": str(self._clock),
            "PYTHONPATH": str(HOOKS),
            "DATABASE_URL": self.database,
            "XINSHENG_QUEUE": "",
        }
        if self.server and self.line:
            own["DATABASE_URL"] = self.server.url(self.line.port)
            own["XINSHENG_QUEUE"] = own["DATABASE_URL"].replace("+psycopg", "")
        return {**os.environ, **own}

    def _mount(self) -> bool:
        """Give the machine a small disk of its own, where that is allowed."""
        told = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=755", "tmpfs", str(self.disk)]
        return os.geteuid() == 0 and subprocess.run(told, capture_output=True).returncode == 0

    def close(self) -> None:
        """End everything and leave nothing behind."""
        self._over.set()
        for name in list(self._running):
            self.kill(name)
        self.wire.close()
        if self.server and self.line:
            self.line.close()
            self.server.stop()
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.disk)], check=False)
        shutil.rmtree(self.top, ignore_errors=True)

    # --- processes --------------------------------------------------------------------------------------

    COMMANDS = {
        "web": ("gunicorn", "--config", "deploy/gunicorn.conf.py"),
        "worker": ("flask", "--app", "app", "work"),
    }

    def start(self, name: str) -> None:
        """Start the "web" server or the job "worker", and from now on again whenever it ends."""
        with self._turn:
            self._wanted.add(name)
            # Root may write what is read-only, which no service should: it is run without that right.
            humbly = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
            with (self.logs / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    [*humbly, sys.executable, "-m", *self.COMMANDS[name]],
                    cwd=ROOT,
                    env=self._environment(),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def kill(self, name: str, *, last: bool = True) -> None:
        """Kill all processes of a service at once; unless it is the `last` time, it is to be started again."""
        with self._turn:
            process = self._running.get(name)
            if last:
                self._wanted.discard(name)
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)

    def kill_one(self, name: str) -> None:
        """Kill the leader of a service alone; what it leaves behind ends a moment later, as systemd sees to it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._running[name].pid, signal.SIGKILL)
        self._running[name].wait(30)

    def children(self) -> list[int]:
        """Return the web workers."""
        leader = self._running["web"].pid
        told = Path(f"/proc/{leader}/task/{leader}/children")
        with contextlib.suppress(OSError):
            return [int(each) for each in told.read_text().split()]
        return []

    def members(self) -> list[int]:
        """Return every process of the product."""
        found = []
        groups = {process.pid for process in self._running.values()}
        for each in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if os.getpgid(int(each.name)) in groups:
                    found.append(int(each.name))
        return found

    def _watch(self) -> None:
        while not self._over.wait(0.3):
            with self._turn:
                for name in [*self._wanted]:
                    process = self._running[name]
                    if process.poll() is None:
                        continue
                    self.fell_over += process.returncode != -signal.SIGKILL
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    self._over.wait(0.3)
                    self.start(name)

    def wait_for(self, path: str) -> None:
        """Wait until the product answers."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(self.url(path), timeout=5):
                return
            time.sleep(0.1)
        raise AssertionError(f"the product did not answer within {PATIENCE} s\n{self.said()}")

    def url(self, path: str) -> str:
        """Return an address of the product, past the wire."""
        return f"http://127.0.0.1:{self.web_port}{path}"

    def said(self) -> str:
        """Return the end of everything the processes printed."""
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-6000:]}" for log in self.logs.iterdir())

    # --- clock and disk ---------------------------------------------------------------------------------

    def jump(self, seconds: float) -> None:
        """Let the clock of the product be so many seconds before or behind the true one."""
        with self._clock.open("r+b") as file:
            file.write(struct.pack("d", float(seconds)))

    def fill(self) -> None:
        """Leave no room on the disk; where it is everybody's disk, let no file of the product grow any more."""
        if not self.mounted:
            self._limit(os.path.getsize(self.data / "xinsheng.db") if not self.server else 4096)
            return
        with contextlib.suppress(OSError), (self.disk / "ballast").open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * size):
                        pass

    def empty(self) -> None:
        """Give the room back."""
        if self.mounted:
            (self.disk / "ballast").unlink(missing_ok=True)
        else:
            self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for pid in [*self.members(), *(self.server.processes() if self.server else ())]:
            with contextlib.suppress(OSError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def read_only(self, wanted: bool) -> None:
        """Let the database be written, or only read; of SQLite that holds for connections opened from now on."""
        if self.server:
            self.server.read_only(wanted)
            return
        for path in (*self.data.glob("xinsheng.db*"), self.data):
            usual = 0o700 if path.is_dir() else 0o600
            path.chmod(usual & 0o555 if wanted else usual)
