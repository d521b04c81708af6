"""What is shipped to serve the product says nothing about who answered; `nginx -t` where nginx is installed."""

import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from core.settings import ROOT, Settings
from surveys import ballots

NGINX = ROOT / "deploy" / "nginx.conf"
SILENT = ("/s/", "/k/", "/b/", "/c/", "/gs/")
ABOUT_PEOPLE = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Cookie", "Referer")


def statements(text: str) -> dict[str, list[str]]:
    """Return the statements of each block: "" for those outside, "server 2" for the second server, then its places."""
    found: dict[str, list[str]] = {"": []}
    path: list[str] = []
    servers = 0
    bare = re.sub(r"#[^\n]*", "", text)
    for match in re.finditer(r"\s*((?:'[^']*'|\"[^\"]*\"|[^;{}'\"])*?)\s*([;{}])", bare):
        words, end = " ".join(match[1].split()), match[2]
        if end == "{":
            servers += words == "server"
            path.append(f"server {servers}" if words == "server" else words)
            found[" > ".join(path)] = []
        elif end == "}":
            path.pop()
        else:
            found[" > ".join(path)].append(words)
    assert path == []
    return found


@pytest.fixture(scope="module")
def blocks() -> dict[str, list[str]]:
    return statements(NGINX.read_text(encoding="utf-8"))


def values(block: list[str], name: str) -> list[str]:
    return [line.removeprefix(name).strip() for line in block if line.split()[0] == name]


def test_the_reader_of_the_file_reads_it() -> None:
    told = statements("a 1; server { b 'x;y' 2; location /x { c; } } # d;\nserver{}")
    assert told == {"": ["a 1"], "server 1": ["b 'x;y' 2"], "server 1 > location /x": ["c"], "server 2": []}


def test_nothing_is_written_about_collecting_and_casting(blocks) -> None:
    for place in SILENT:
        block = blocks[f"server 2 > location {place}"]
        assert values(block, "access_log") == ["off"]
        assert values(block, "error_log") == ["/dev/null crit"]


def test_nowhere_is_an_address_a_query_or_a_body_written(blocks) -> None:
    text = " ".join(line for block in blocks.values() for line in block)
    for variable in (
        "remote_addr", "binary_remote_addr", "remote_user", "args", "query_string", "is_args", "request_body",
        "http_user_agent", "http_referer", "http_cookie", "realip", "proxy_add_x_forwarded_for", "connection",
    ):  # fmt: skip
        assert not re.search(rf"\${variable}\b", text), variable
    (told,) = values(blocks[""], "log_format")
    assert re.findall(r"\$(\w+)", told) == ["time_iso8601", "request_method", "uri", "status", "request_time"]
    logs = [line for name, block in blocks.items() for line in values(block, "access_log") if name]
    # A link to a first password is itself the secret, so its place is silent too.
    assert values(blocks["server 2 > location /app/invitation/"], "access_log") == ["off"]
    assert logs.count("off") == 2 + len(SILENT) + 1 and [line for line in logs if line != "off"] == [
        "/var/log/nginx/xinsheng.access.log xinsheng"
    ]
    for block in blocks.values():
        assert all(line.endswith(" crit") for line in values(block, "error_log"))
    assert values(blocks["server 1"], "access_log") == ["off"] == values(blocks["server 2"], "access_log")
    assert values(blocks["server 1"], "error_log") and values(blocks["server 2"], "error_log")


def test_no_body_is_put_into_a_file(blocks) -> None:
    block = blocks["server 2"]
    assert values(block, "client_body_in_file_only") == ["off"] and values(block, "proxy_max_temp_file_size") == ["0"]
    assert _bytes(values(block, "client_body_buffer_size")[0]) >= ballots.MOST
    for place in SILENT:
        (most,) = values(blocks[f"server 2 > location {place}"], "client_max_body_size")
        assert _bytes(most) == ballots.MOST, "all of it fits into memory"


def test_the_desk_takes_what_the_product_takes(blocks) -> None:
    (most,) = values(blocks["server 2"], "client_max_body_size")
    taken = Settings(data=Path("x"), database="").upload_limit
    assert taken <= _bytes(most) <= 2 * taken


def test_the_product_is_told_nothing_about_the_device(blocks) -> None:
    # A place with headers of its own inherits none, so each must name them all.
    for place in SILENT:
        told = values(blocks[f"server 2 > location {place}"], "proxy_set_header")
        assert {'Connection ""', "Host $host", "X-Forwarded-Proto https", *(f'{name} ""' for name in ABOUT_PEOPLE)} <= {
            *told
        }
    assert 'User-Agent ""' in values(blocks["server 2 > location /b/"], "proxy_set_header")
    for name in ABOUT_PEOPLE[:3]:
        assert f'{name} ""' in values(blocks["server 2"], "proxy_set_header")


def test_collecting_and_casting_never_share_a_connection(blocks) -> None:
    for place in SILENT:
        assert values(blocks[f"server 2 > location {place}"], "keepalive_timeout") == ["0"]
    assert all("http2" not in line and "quic" not in line for block in blocks.values() for line in block)
    block = blocks["server 2"]
    assert values(block, "ssl_session_tickets") == ["off"] and values(block, "ssl_session_cache") == ["off"]


def test_every_public_place_is_silent(app) -> None:
    """A path that people without an account use must lie in one of the silent places."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "access", "") == "public" and not rule.rule.startswith(("/app/", "/static/", *SILENT)):
            known = {"/", "/favicon.ico", "/health", "/ready"}
            assert rule.rule in known or rule.rule.startswith("/scrutineer"), rule.rule


def _bytes(size: str) -> int:
    return int(size[:-1]) * {"k": 1024, "m": 1024 * 1024}[size[-1]]


def test_nginx_takes_it(tmp_path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=survey.example.org"]
        + ["-keyout", str(key), "-out", str(certificate), "-days", "2"],
        check=True,
        capture_output=True,
    )
    text = NGINX.read_text(encoding="utf-8").replace("/etc/ssl/xinsheng", str(tmp_path))
    text = text.replace("/var/log/nginx", str(tmp_path)).replace(":443", ":8443").replace("listen 443", "listen 8443")
    (tmp_path / "site.conf").write_text(text.replace(":80;", ":8080;").replace("listen 80;", "listen 8080;"))
    whole = tmp_path / "nginx.conf"
    ways = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{way}_temp_path {tmp_path}/{way};" for way in ways)
    whole.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {places} include {tmp_path}/site.conf; }}"
    )
    done = subprocess.run([nginx, "-t", "-c", str(whole), "-p", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr, done.stderr


def gunicorn() -> ModuleType:
    settings = ModuleType("settings")
    path = ROOT / "deploy" / "gunicorn.conf.py"
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), settings.__dict__)
    return settings


def test_gunicorn_is_silent_about_visitors() -> None:
    from gunicorn.config import Config

    asked = {name: value for name, value in vars(gunicorn()).items() if not name.startswith("__")}
    known = Config()
    for name, value in asked.items():
        if name in known.settings:
            known.set(name, value)
    assert known.accesslog is None and known.loglevel == "error" and known.access_log_format
    assert known.logconfig is None and known.logconfig_dict == {} and known.logconfig_json is None
    assert not known.syslog and known.statsd_host is None and known.errorlog == "-"
    assert known.preload_app is False, "no worker is forked with a key or a connection in its memory"
    assert known.control_socket_disable is True
    assert known.reuse_port is False and known.proxy_protocol in (False, "off")
