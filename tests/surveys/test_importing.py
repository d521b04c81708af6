"""The page where a questionnaire is read, looked over, and only then stored; and the way out again."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from surveys import designing, importing
from surveys.models import Instrument

TEXT = """食堂调查

1. 您的性别*[单选题]
男
女

2. 请签名[手写签名题]

3. 您的建议[多行文本题]
"""
PAGE = "/app/instruments/import"


@pytest.fixture
def secretary(cast: SimpleNamespace, client_for: Any) -> Any:
    return client_for("secretary")


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(Instrument)) or 0


def test_empty_page_says_what_to_do(secretary: Any) -> None:
    page = secretary.get(PAGE)
    assert page.status_code == 200
    assert 'name="text"' in page.text and 'name="file"' in page.text


def test_shows_what_became_of_every_line_and_stores_nothing(secretary: Any) -> None:
    page = secretary.post(PAGE, data={"act": "read", "text": TEXT, "format": "auto"})
    assert page.status_code == 200
    assert "手写签名题" in page.text and 'class="warning"' in page.text
    assert "您的建议" in page.text
    assert stored() == 0


def test_makes_the_instrument_when_told_to(secretary: Any) -> None:
    page = secretary.post(PAGE, data={"act": "make", "text": TEXT, "format": "auto", "title": "新食堂调查"})
    assert page.status_code == 303
    made = db.session.scalars(select(Instrument)).one()
    assert made.title == "新食堂调查"
    assert [item["type"] for item in made.definition["sections"][0]["items"]] == ["single", "long_text"]
    assert f"/app/instruments/{made.id}" in page.location


def test_puts_a_text_file_into_the_box(secretary: Any) -> None:
    sent = {"act": "read", "format": "auto", "file": (io.BytesIO(TEXT.encode("gb18030")), "问卷.txt")}
    page = secretary.post(PAGE, data=sent)
    assert page.status_code == 200
    assert "1. 您的性别*[单选题]" in page.text


def test_carries_a_file_of_another_kind_along(secretary: Any) -> None:
    definition = importing.usable(importing.read_text(TEXT))
    content = json.dumps(definition, ensure_ascii=False).encode()
    page = secretary.post(PAGE, data={"act": "read", "format": "auto", "file": (io.BytesIO(content), "a.json")})
    assert page.status_code == 200 and 'name="kept"' in page.text
    made = secretary.post(PAGE, data={"act": "make", "format": "auto", "kept": content.decode(), "title": ""})
    assert made.status_code == 303 and stored() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"act": "read", "text": "", "format": "auto"},
        {"act": "read", "text": "谢谢", "format": "auto"},
        {"act": "read", "text": TEXT, "format": "nothing"},
        {"act": "make", "text": "谢谢", "format": "auto"},
        {"act": "make", "kept": "{}", "format": "auto"},
        {"act": "make", "kept": "no json", "format": "auto"},
    ],
)
def test_refuses_kindly_and_stores_nothing(secretary: Any, sent: dict[str, str]) -> None:
    page = secretary.post(PAGE, data=sent)
    assert page.status_code == 422
    assert stored() == 0


def test_is_for_those_who_manage_surveys(cast: SimpleNamespace, client_for: Any) -> None:
    assert client_for("member").get(PAGE).status_code == 403


def test_account_has_every_line(app: Flask) -> None:
    reading = importing.read_text(TEXT)
    account = importing.account(TEXT, reading)
    assert [row.place for row in account.rows] == [1, 3, 4, 5, 7, 9]
    assert [row.level for row in account.rows] == ["", "", "", "", "warning", ""]
    assert account.questions == 2 and account.count("warning") == 1


def test_offers_every_format_with_what_it_cannot_hold(secretary: Any, cast: SimpleNamespace, client_for: Any) -> None:
    definition = importing.usable(importing.read_text(TEXT))
    definition["checks"] = [{"rule": {"item": "q1", "op": "==", "value": "a"}, "message": "只限男同志", "at": "q1"}]
    made = designing.begin(definition, within=cast.branch, by=cast.secretary)
    db.session.commit()
    page = secretary.get(f"/app/instruments/{made.id}/export")
    assert page.status_code == 200 and "只限男同志" in page.text
    for kind, start in (
        ("json", b"{"),
        ("text", "食堂调查".encode()),
        ("txt", "食堂调查".encode()),
        ("xlsform", b"PK"),
    ):
        sent = secretary.get(f"/app/instruments/{made.id}/export.{kind}")
        assert sent.status_code == 200 and sent.data.lstrip().startswith(start), kind
    assert secretary.get(f"/app/instruments/{made.id}/export.doc").status_code == 404
    assert client_for("outsider").get(f"/app/instruments/{made.id}/export").status_code == 404
    assert client_for("outsider").get(f"/app/instruments/{made.id}/export.json").status_code == 404
