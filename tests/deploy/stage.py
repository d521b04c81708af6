"""Real servers for the tests, on free ports of this machine: the product behind gunicorn, and nginx in front."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.settings import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def until(state: Callable[[], Any], what: str, *, seconds: int = 60) -> Any:
    """Wait for a state and return it."""
    end = time.monotonic() + seconds
    while not (found := state()):
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.05)
    return found


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens at."""
    probes = [socket.socket() for _each in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def ask(port: int, path: str, method: str = "GET", *, tls: bool = False, body: bytes = b"", **headers: str) -> Any:
    """Ask for a page on a connection of its own; the answer has `status`, `headers` and `content`."""
    kind: Any = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    more = {"context": ssl._create_unverified_context()} if tls else {}
    connection = kind("127.0.0.1", port, timeout=60, **more)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, {"Host": "survey.example.org", "Connection": "close"} | named)
        answer = connection.getresponse()
        answer.content = answer.read()
        return answer
    finally:
        connection.close()


def answers(port: int) -> bool:
    """Say whether the product answers behind a port."""
    try:
        return ask(port, "/health").status == 200
    except OSError:
        return False


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """Return what a process of the product in `folder` is started with; settings of this machine do not get in."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("XINSHENG_")}
    own.pop("DATABASE_URL", None)
    own |= {"XINSHENG_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'test.db'}"}
    return own | {"HOST": "127.0.0.1", "PORT": str(port)} | more


@contextmanager
def gunicorn(folder: Path, port: int, log: Path, **more: str) -> Iterator[subprocess.Popen]:
    """Serve the product as it is shipped."""
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder, port, **more), stdout=out, stderr=out, start_new_session=True
        )
    try:
        until(lambda: answers(port) or server.poll() is not None, "the product")
        assert server.poll() is None, log.read_text()
        yield server
    finally:
        server.terminate()
        server.wait(30)


@dataclass(frozen=True)
class Front:
    """A running nginx: its ports and the folder of its logs."""

    http: int
    https: int
    logs: Path

    def log(self, name: str) -> str:
        """Return what was written."""
        path = self.logs / f"xinsheng.{name}.log"
        return path.read_text() if path.exists() else ""


@contextmanager
def nginx(folder: Path, behind: int) -> Iterator[Front]:
    """Start nginx with the file that is shipped, its names and ports changed as an administrator would."""
    plain, tls = free_ports(2)
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=survey.example.org"]
        + ["-keyout", str(key), "-out", str(certificate), "-days", "2"],
        check=True,
        capture_output=True,
    )
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("/etc/ssl/xinsheng", str(folder)), ("/var/log/nginx", str(folder)),
        ("server 127.0.0.1:5000", f"server 127.0.0.1:{behind}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;"),
        ("    listen [::]:80;\n", ""), ("    listen [::]:443 ssl;\n", ""),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in KINDS)
    (folder / "whole.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}} "
        f"http {{ {places} access_log {folder}/any.log; include {folder}/site.conf; }}"
    )
    command = [str(NGINX), "-c", str(folder / "whole.conf"), "-p", str(folder)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "warn" not in checked.stderr, checked.stderr
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            until(lambda: _listens(tls), "nginx")
            yield Front(plain, tls, folder)
        finally:
            server.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
