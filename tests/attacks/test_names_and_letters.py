"""Names of files that would like to be places, archives that would write elsewhere, letters with lines too many."""

import io
import zipfile

import pytest

from core import mail
from core.mail import Letter
from exchange import concerns as concern_files
from surveys import auditing
from tests.core.smtp import listening
from tests.core.test_mail import use

NAMES = (
    "../../../../tmp/pwned.csv",
    "..\\..\\pwned.csv",
    "/etc/pwned.csv",
    "C:\\pwned.csv",
    "\\\\host\\share\\pwned.csv",
    "pwned.csv\0.png",
    "con.csv",
    "aux",
    "." * 300,
    "甲" * 300 + ".csv",
    "a\r\nX-Pwned: 1.csv",
    "\u202egpj.csv",
    " .csv ",
    "-rf.csv",
    "$(touch pwned).csv",
    "",
)
ROSTER = "姓名,工号\n新人,Z1\n".encode()


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_the_name_of_an_upload_is_never_a_place(app, client_for, name, tmp_path) -> None:
    folder = app.config["SETTINGS"].data
    before = set(folder.rglob("*"))
    client = client_for("secretary")
    for path in ("/app/members/import", "/app/talks/import", "/app/instruments/import"):
        answer = client.post(path, data={"file": (io.BytesIO(ROSTER), name)})
        assert answer.status_code < 500 and "X-Pwned" not in answer.headers, path
        assert "pwned" not in answer.headers.get("Location", "")
    made = {path for path in folder.rglob("*") if path.is_file()} - before
    made = {path for path in made if not path.name.startswith("test.db") and path.parent.name != "keys"}
    assert made == set(), "an upload touched the disk"
    assert not any("pwned" in path.name for path in tmp_path.rglob("*"))


def _archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_an_archive_writes_nowhere(tmp_path, monkeypatch, app) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        b'<Project><Sources><TextSource name="t" plainTextPath="internal://../../../etc/hostname"/></Sources></Project>'
    )
    places = {"../../pwned.txt": b"x", "/tmp/pwned-absolute.txt": b"x", "a/../../pwned.txt": b"x"}
    read = concern_files.read(_archive(**{"project.qde": text}, **places), "a.qdpx")
    assert "localhost" not in repr(read)
    with pytest.raises(auditing.Unreadable):
        auditing.unpacked(_archive(**{"../board.json": b"{}"}, **places))
    assert list(tmp_path.rglob("*pwned*")) == []


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/css/..\\..\\app.py",
        "/static//etc/passwd",
        "/static/css/desk.css%00.png",
        "/static/.htaccess",
        "/b/nothing/..%2f..%2fapp.py",
        "/app/editions/../../app.py",
        "/.git/config",
        "/instance/keys/secret_key",
        "/.env",
    ],
)
def test_no_address_reaches_a_file_of_the_house(app, path) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code in (302, 308, 404), path
    assert b"create_app" not in answer.data and b"root:" not in answer.data


HEADS = {
    *("From", "To", "Subject", "Message-ID", "MIME-Version", "Date"),
    *("Content-Type", "Content-Transfer-Encoding"),
}
LINES = (
    "a\nBcc: evil@x.example",
    "a\r\nBcc: evil@x.example",
    "a\r\n\r\nanother body",
    "a\u2028Bcc: b@x.example",
    "a\0b",
)


@pytest.mark.parametrize("words", LINES, ids=range(len(LINES)))
def test_a_letter_keeps_its_own_head(app, words) -> None:
    with listening() as sink:
        use(app, sink.address)
        mail.send([Letter("a@x.example", words, f"正文\r\n{words}\r\n.\r\nMAIL FROM:<evil@x.example>")])
        mail.send([Letter(f"b@x.example{words[1:]}", "题", "正文")])
    assert all(to in ("a@x.example", f"b@x.example{words[1:]}") and "evil" not in to for to, _letter in sink.letters)
    for _to, letter in sink.letters:
        assert letter["Bcc"] is None and letter["Cc"] is None
        assert set(letter.keys()) <= {
            *(
                "From",
                "To",
                "Subject",
                "Message-ID",
                "MIME-Version",
                "Content-Type",
                "Content-Transfer-Encoding",
                "Date",
            ),
        }
