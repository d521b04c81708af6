"""A PostgreSQL server of the storm's own: started as tools/postgres.sh does, but it keeps what it acknowledged."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
from pathlib import Path

import psycopg

from core.settings import ROOT

# A crash must cost only what was not acknowledged: fsync and full pages stay on. A small log, for the disk is small.
OPTIONS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=100",
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "max_wal_size=96MB",
    "min_wal_size=32MB",
    "restart_after_crash=on",
)


class Server:
    """One cluster in `folder`, on one port for all its lives."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.folder, self._log, self._password = folder, logs / "postgres.log", secrets.token_hex(16)
        folder.mkdir()
        self._bin = Path(subprocess.check_output([ROOT / "tools" / "postgres.sh", "find"], text=True).strip())
        password = folder / "password"
        password.write_text(self._password)
        if os.geteuid() == 0:
            for path in (folder, password):
                subprocess.run(["chown", "postgres", path], check=True)
        self._log.touch()
        self._log.chmod(0o666)
        made = ("initdb", "-D", self.folder / "data", "-U", "tests", "--pwfile", password, "-A", "scram-sha-256")
        self._run(*made, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--data-checksums")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.start()

    def url(self, port: int) -> str:
        """Return its address through this port."""
        return f"postgresql+psycopg://tests:{self._password}@127.0.0.1:{port}/postgres"

    def connect(self) -> psycopg.Connection:
        """Return a connection in which every statement stands for itself."""
        return psycopg.connect(self.url(self.port).replace("+psycopg", ""), autocommit=True, connect_timeout=10)

    def _run(self, program: str, *told: object) -> None:
        """Run a program as the user the server runs as: it refuses to be root."""
        as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_owner, str(self._bin / program), *map(str, told)]
        with self._log.open("ab") as log:
            subprocess.run(command, cwd="/", check=True, stdout=log, stderr=log)

    def start(self) -> None:
        """Start it, or start it again after a crash; it recovers before this returns."""
        options = " ".join(["-p", str(self.port), *(f"-c {option}" for option in OPTIONS)])
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-t", "120", "-l", self._log, "-o", options, "start")

    def stop(self) -> None:
        """End it at once, without a checkpoint, as when the power fails."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def alive(self) -> bool:
        """Say whether its first process runs."""
        try:
            pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return False
        return True

    def processes(self) -> list[int]:
        """Return its first process and those it started."""
        try:
            first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except (OSError, ValueError, IndexError):
            return []
        return [first, *map(int, children)]

    def kill_backend(self) -> None:
        """Kill a process that serves a connection: the server throws everybody out and recovers."""
        with contextlib.suppress(psycopg.Error, ProcessLookupError), self.connect() as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
            if rows:
                os.kill(rows[0][0], signal.SIGKILL)

    def read_only(self, wanted: bool) -> None:
        """Let every transaction from now on be read-only, or no more."""
        with self.connect() as connection:
            connection.execute("SET transaction_read_only = off")
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if wanted else 'off'}")
            connection.execute("SELECT pg_reload_conf()")

    def faults(self) -> list[str]:
        """Return what is broken in it: pages whose checksum is wrong, indexes that do not fit their tables."""
        found: list[str] = []
        with self.connect() as connection:
            with contextlib.suppress(psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile):
                connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
            known = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'").fetchone()
            indexes = connection.execute(
                "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.amname = 'btree' AND c.relkind = 'i'"
            ).fetchall()
            for (index,) in indexes if known else ():
                try:
                    connection.execute("SELECT bt_index_check(%s::regclass, true)", (index,))
                except psycopg.Error as error:
                    found.append(f"{index}: {error}")
            tables = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 't')"
            for (table,) in connection.execute(tables).fetchall():
                try:  # reads, and so checks, every page
                    connection.execute(f"SELECT count(*) FROM {table}")
                except psycopg.Error as error:
                    found.append(f"{table}: {error}")
        return found
