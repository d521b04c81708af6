"""What is shipped to serve the product, really started: gunicorn, nginx before it, workers replaced under load."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.settings import ROOT
from tests.conftest import build
from tests.deploy.stage import NGINX, ask, environment, free_ports, gunicorn, nginx, until

needs_nginx = pytest.mark.skipif(not NGINX, reason="nginx is not installed")
ABOUT = {
    "Cookie": "xinsheng=secret", "Referer": "https://chat.example.org/group", "X-Forwarded-For": "203.0.113.7",
    "X-Real-IP": "203.0.113.7", "Forwarded": "for=203.0.113.7", "User-Agent": "MyPhone/7",
}  # fmt: skip


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """The product behind gunicorn as it is shipped, with one worker; its port, its process, its log."""
    folder = tmp_path_factory.mktemp("served")
    build(folder / "instance")
    (port,) = free_ports(1)
    log = folder / "gunicorn.log"
    with gunicorn(
        folder / "instance", port, log, XINSHENG_WEB_WORKERS="1", XINSHENG_HTTPS="1", XINSHENG_PROXIES="1"
    ) as server:
        yield port, server, log


@needs_nginx
def test_pages_come_through_and_the_logs_stay_silent(product, tmp_path) -> None:
    port, _server, log = product
    with nginx(tmp_path, port) as front:
        moved = ask(front.http, "/s/abc?c=secret")
        assert moved.status == 301 and moved.headers["Location"] == "https://survey.example.org/s/abc?c=secret"
        page = ask(front.https, "/app/sign-in?next=secret", tls=True)
        assert page.status in (200, 302) and page.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert page.headers["Server"] == "nginx", "no version"
        for cookie in page.headers.get_all("Set-Cookie", []):
            assert "Secure" in cookie and "HttpOnly" in cookie and "Path=/app" in cookie
        for path in ("/s/nobody", "/b/nobody", "/k/nobody", "/c/nobody", "/gs/nobody"):
            answer = ask(front.https, path, tls=True)
            assert answer.status in (404, 308) and "Set-Cookie" not in answer.headers
            assert answer.headers["Connection"] == "close", "no connection carries collecting and casting"
        _static(front.https)
        before = set(tmp_path.rglob("*"))
        assert ask(front.https, "/b/nobody", "POST", tls=True, body=b"x" * 500_000).status in (400, 404, 405, 413)
        assert ask(front.https, "/b/nobody", "POST", tls=True, body=b"x" * 600_000).status == 413
        assert set(tmp_path.rglob("*")) == before, "no body was put into a file"
        told = until(lambda: front.log("access"), "the desk's line").splitlines()
        assert told[0].split()[1:4] == ["GET", "/app/sign-in", str(page.status)]
        assert len(told) <= 3 and all(line.split()[2].startswith("/app/") for line in told), "of the desk, and no more"
        written = front.log("access") + front.log("error") + log.read_text()
        assert (tmp_path / "any.log").read_text() == "", "what the rest of nginx logs is not logged of us"
        for word in ("127.0.0.1", "secret", "nobody", "/static/", "/s/", "/b/"):
            assert word not in written


def _static(port: int) -> None:
    page = ask(port, "/app/sign-in", tls=True)
    if page.status == 302:
        page = ask(port, page.headers["Location"], tls=True)
    address = re.search(rb'href="(/static/[^"]+\.css\?v=[0-9a-f]+)"', page.content)[1].decode()
    kept = ask(port, address, tls=True, Accept_Encoding="gzip, br")
    assert kept.status == 200 and "immutable" in kept.headers["Cache-Control"]
    assert "max-age=31536000" in kept.headers["Cache-Control"] and kept.headers["Content-Encoding"] in ("br", "gzip")
    again = ask(port, address, tls=True, Accept_Encoding="gzip, br", If_None_Match=kept.headers["ETag"])
    assert again.status == 304 and again.content == b""
    other = ask(port, re.sub("v=.*", "v=0000000000000000", address), tls=True)
    assert "immutable" not in other.headers["Cache-Control"], "another content would stay for a year"


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was sent."""

    def do_GET(self) -> None:
        """Tell."""
        told = "".join(f"{name}: {value}\n" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@needs_nginx
def test_the_product_is_really_told_nothing_about_the_device(tmp_path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with nginx(tmp_path, server.server_port) as front:
            for place in ("/s/x", "/k/x", "/b/x", "/c/x", "/gs/x"):
                told = ask(front.https, place, tls=True, **ABOUT).content.decode()
                names = {line.partition(":")[0].lower() for line in told.splitlines()}
                expected = {"host", "x-forwarded-proto", "connection", "user-agent", "accept-encoding"}
                assert names <= expected, f"{place} is told {names - expected}"
                assert ("user-agent" in names) is (place not in ("/b/x", "/gs/x")) and "203.0.113.7" not in told
            told = ask(front.https, "/app/x", tls=True, **ABOUT).content.decode()
            assert "xinsheng=secret" in told and "203.0.113.7" not in told, "the desk has its cookie and no address"
    finally:
        server.shutdown()
        server.server_close()


def test_workers_are_replaced_under_load_and_no_request_is_lost(product) -> None:
    port, server, log = product
    end, failed, served = threading.Event(), [], []

    def visit(number: int) -> None:
        while not end.is_set():
            try:
                answer = ask(port, "/health" if number % 2 else "/app/sign-in")
                served.append(number)
                if answer.status >= 500:
                    failed.append(answer.status)
            except OSError as error:
                failed.append(repr(error))
            time.sleep(0.01)

    with ThreadPoolExecutor(6) as visitors:
        done = [visitors.submit(visit, number) for number in range(6)]
        try:
            old = until(lambda: children(server.pid), "the worker")
            until(lambda: len(served) > 30, "answers of the old worker")
            os.kill(server.pid, signal.SIGHUP)
            until(lambda: not old & children(server.pid), "the new worker")
            before = len(served)
            until(lambda: len(served) > before + 30, "answers of the new worker")
        finally:
            end.set()
        for each in done:
            each.result(60)
    assert failed == [] and len(served) > 60
    assert server.poll() is None and log.read_text() == "", "nothing was said about anybody"


def children(pid: int) -> set[int]:
    """Return the processes a process has started."""
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def test_a_wrong_number_of_workers_is_told_in_one_line(tmp_path) -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--check-config"]
    wrong = environment(tmp_path / "instance", 5000, XINSHENG_WEB_WORKERS="0")
    done = subprocess.run(command, cwd=ROOT, env=wrong, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and done.stderr.startswith("xinsheng: XINSHENG_WEB_WORKERS: “0” is not a whole")
    assert "Traceback" not in done.stderr
