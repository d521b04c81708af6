"""What is said to whoever runs the machine: enough to find a fault, nothing about anybody."""

import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app import create_app
from core import logs
from core.settings import WrongSetting, read
from tests.conftest import build

WORDS = "心里话一句"


@pytest.fixture
def talkative(tmp_path):
    """An application that writes JSON, and fails where asked to."""
    app = build(tmp_path / "instance")
    app = create_app(
        replace(app.config["SETTINGS"], log="json"), TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_CRASHES=False
    )

    def fail(**given: object) -> None:
        raise ValueError(f"{WORDS} 张三 127.0.0.1")

    for path in ("/app/fails/<name>", "/s/<name>/fails", "/b/<name>/fails", "/k/<name>/fails"):
        fail.access = "public"  # type: ignore[attr-defined]
        app.add_url_rule(path, f"fails.{path[1]}", fail)
    yield app
    logging.getLogger().handlers = [each for each in logging.getLogger().handlers if each.get_name() != "xinsheng"]


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_a_failed_page_shows_the_number_that_stands_in_the_log(talkative, capsys) -> None:
    lines(capsys)
    answer = talkative.test_client().get(f"/app/fails/{WORDS}?q={WORDS}", headers={"User-Agent": "Needle/1"})
    number = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)[0]
    told, page = lines(capsys)
    assert answer.status_code == 500 and told["reference"] == number and told["level"] == "error"
    assert "ValueError" in told["message"] and "test_logs.py" in told["message"]
    assert (
        page == page | {"page": "fails.a", "method": "GET", "status": 500, "message": "page"} and page["ms"] % 10 == 0
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+00:00", page["time"])
    said = json.dumps([told, page], ensure_ascii=False)
    assert not any(word in said for word in (WORDS, "张三", "127.0.0.1", "Needle", "?", "q="))


@pytest.mark.parametrize("door", ["s", "b", "k"])
def test_a_respondent_s_failure_has_no_time_and_no_number_and_success_no_line(talkative, capsys, door) -> None:
    client = talkative.test_client()
    lines(capsys)
    answer = client.get(f"/{door}/{WORDS}/fails")
    (told,) = lines(capsys)
    assert answer.status_code == 500 and not re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)
    assert told["time"] == datetime.now(UTC).date().isoformat() and "reference" not in told and WORDS not in str(told)
    assert client.get(f"/{door}/nowhere").status_code < 500
    assert client.get("/health").status_code == 200
    assert lines(capsys) == []


def test_pages_of_the_desk_leave_their_name_and_only_as_json(talkative, tmp_path, capsys) -> None:
    talkative.test_client().get("/app/sign-in?next=/app/members/77")
    (told,) = lines(capsys)
    assert told["page"] == "members.sign_in" and "77" not in json.dumps(told)
    plain = build(tmp_path / "plain")
    capsys.readouterr()
    plain.test_client().get("/app/sign-in")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("kind", [logs.Words(), logs.Lines()], ids=["text", "json"])
def test_what_others_say_is_told_by_its_place_and_errors_by_theirs(kind) -> None:
    def record(name: str, message: str, *given: object, failed: BaseException | None = None) -> logging.LogRecord:
        info = (type(failed), failed, failed.__traceback__) if failed else None
        return logging.LogRecord(name, logging.WARNING, "/x/library.py", 12, message, given, info, "fill")

    foreign = kind.format(record("weasyprint", f"cannot draw {WORDS}"))
    assert WORDS not in foreign and "library.py:12 fill" in foreign
    assert "3 of 4" in kind.format(record("concerns.jobs", "%s of %s", 3, 4))
    try:
        raise KeyError(WORDS)
    except KeyError as error:
        failed = kind.format(record("core.jobs", "it failed", failed=error))
    assert WORDS not in failed and "KeyError" in failed and "test_logs.py" in failed
    assert "\n" not in kind.format(record("core.jobs", "two\nlines"))


def test_one_handler_however_many_applications(tmp_path) -> None:
    for number in range(3):
        build(tmp_path / str(number))
    assert [each.get_name() for each in logging.getLogger().handlers].count("xinsheng") == 1


def test_the_setting(tmp_path) -> None:
    data = {"XINSHENG_DATA": str(tmp_path)}
    assert read(data).log == "text" and read(data | {"XINSHENG_LOG": "json"}).log == "json"
    with pytest.raises(WrongSetting, match="XINSHENG_LOG"):
        read(data | {"XINSHENG_LOG": "xml"})
