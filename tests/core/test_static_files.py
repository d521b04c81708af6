"""Static files: addresses with a hash, kept for ever under it and never wrongly, packed once, sound always."""

import gzip
import hashlib
import re

import brotli
import pytest
from flask import Flask, url_for

from core import static_files
from core.settings import ROOT

CSS = (ROOT / "static" / "css" / "desk.css").read_bytes()


@pytest.fixture
def site(tmp_path) -> Flask:
    """A small application whose static folder the test may write to."""
    folder = tmp_path / "static"
    (folder / "js").mkdir(parents=True)
    (folder / "js" / "a.js").write_text("var a = 1;\n" * 100)
    (folder / "small.css").write_text("p {}")
    (folder / "letters.woff2").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "secret.txt").write_text("secret" * 200)
    app = Flask("site", static_folder=str(folder))
    static_files.init_app(app)
    return app


def address(app: Flask, name: str, **more: object) -> str:
    with app.test_request_context():
        return url_for("static", filename=name, **more)


def test_every_address_in_a_page_carries_the_hash_of_its_file_and_is_kept_for_ever(app) -> None:
    client = app.test_client()
    found = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/app/sign-in", follow_redirects=True).text))
    assert len(found) >= 3
    for place in found:
        path, _, version = place.partition("?v=")
        answer = client.get(place)
        assert answer.status_code == 200 and answer.headers["Cache-Control"] == static_files.FOR_EVER, place
        assert version == hashlib.sha256((ROOT / path[1:]).read_bytes()).hexdigest()[: static_files.HASHED]
        assert "Set-Cookie" not in answer.headers and "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef", "?v=%00", "?w=1"])
def test_under_another_address_a_browser_asks_again(app, query) -> None:
    answer = app.test_client().get(f"/static/css/desk.css{query}")
    assert answer.data == CSS and answer.headers["Cache-Control"] == static_files.ASK_AGAIN
    again = app.test_client().get("/static/css/desk.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.data


@pytest.mark.parametrize(
    ("accepted", "packing"),
    [
        ("gzip, deflate, br", "br"),
        ("GZIP;q=1.0, identity", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
        ("gzip;q=x,,;", None),
    ],
)
def test_a_file_is_sent_packed_as_the_browser_takes_it(app, accepted, packing) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[packing]
    answer = app.test_client().get("/static/css/desk.css", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == packing and answer.headers["Vary"] == "Accept-Encoding"
    assert unpack(answer.data) == CSS and (packing is None or len(answer.data) < len(CSS) / 3)
    assert answer.content_type.startswith("text/css")


def test_packings_have_tags_of_their_own(app) -> None:
    tags = {
        app.test_client().get("/static/css/desk.css", headers={"Accept-Encoding": each}).headers["ETag"]
        for each in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


def test_a_file_is_packed_once(site, monkeypatch) -> None:
    packed = []
    monkeypatch.setitem(static_files.PACKERS, "gzip", lambda content: packed.append(1) or gzip.compress(content))
    for _again in range(3):
        site.test_client().get("/static/js/a.js", headers={"Accept-Encoding": "gzip"})
    assert packed == [1]


def test_what_is_small_or_packed_already_is_sent_as_it_is(site) -> None:
    for name in ("small.css", "letters.woff2"):
        answer = site.test_client().get(f"/static/{name}", headers={"Accept-Encoding": "br, gzip"})
        assert answer.status_code == 200 and "Content-Encoding" not in answer.headers
    part = site.test_client().get("/static/letters.woff2", headers={"Range": "bytes=0-3"})
    assert part.status_code in (200, 206)


def test_a_file_written_anew_has_a_new_address_and_the_old_one_promises_nothing(site) -> None:
    old = address(site, "js/a.js")
    (site.static_folder and (ROOT / site.static_folder / "js" / "a.js")).write_text("var a = 22;\n" * 100)
    new = address(site, "js/a.js")
    assert old != new
    assert site.test_client().get(old).headers["Cache-Control"] == static_files.ASK_AGAIN
    assert site.test_client().get(new).data.startswith(b"var a = 22;")
    assert site.test_client().get(new).headers["Cache-Control"] == static_files.FOR_EVER


@pytest.mark.parametrize(
    "name", ["../secret.txt", "..%2fsecret.txt", "js/../../secret.txt", "js", "", "%00", "a" * 5000]
)
def test_no_address_leads_out_of_the_folder(site, name) -> None:
    answer = site.test_client().get(f"/static/{name}")
    assert answer.status_code == 404 and b"secret" not in answer.data


def test_a_file_taken_away_is_gone_and_nothing_is_written_to(site) -> None:
    (ROOT / site.static_folder / "small.css").unlink()
    assert site.test_client().get("/static/small.css").status_code == 404
    assert site.test_client().post("/static/js/a.js").status_code == 405
    head = site.test_client().head("/static/js/a.js")
    assert head.status_code == 200 and not head.data


def test_the_ballot_client_stays_where_people_check_it(app) -> None:
    plain = address(app, "js/ballot.js", v=None)
    assert plain == "/static/js/ballot.js"
    digest = hashlib.sha384(app.test_client().get(plain).data).hexdigest()
    assert digest in (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    packed = app.test_client().get(address(app, "js/ballot.js"), headers={"Accept-Encoding": "br"})
    assert hashlib.sha384(brotli.decompress(packed.data)).hexdigest() == digest
