"""What is sent as a file stays in memory."""

import io
import tempfile

from flask import Flask, request

from core import uploads

LARGE = b"\xe8\xae\xb0" * 500_000  # three times what would go to a temporary file by itself


def test_a_large_upload_makes_no_temporary_file(monkeypatch) -> None:
    def refused(*_args: object, **_named: object) -> None:
        raise AssertionError("an upload went to the disk")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refused)
    app = Flask(__name__)
    uploads.init_app(app)

    @app.post("/")
    def take() -> str:
        return str(len(request.files["file"].read()))

    sent = app.test_client().post("/", data={"file": (io.BytesIO(LARGE), "notes.docx")})
    assert sent.text == str(len(LARGE))


def test_without_it_the_same_upload_would_reach_the_disk(monkeypatch) -> None:
    reached = []
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", lambda **_named: reached.append(1) or io.BytesIO())
    app = Flask(__name__)
    app.add_url_rule("/", "take", lambda: str(len(request.files)), methods=["POST"])
    app.test_client().post("/", data={"file": (io.BytesIO(LARGE), "notes.docx")})
    assert reached
