"""Reading texts from any file an office has, and refusing the rest in one plain line."""

import json
from pathlib import Path

import pytest

from concerns.textfile import grouping_json, read_texts
from core.errors import BadInput


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "gb18030", "utf-32"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "停车难，真的难\r\n\r\n食堂的菜咸\n"
    raw = b"\xff\xfe" + text.encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    assert read_texts(written(tmp_path, "a.txt", raw)) == ["停车难，真的难", "", "食堂的菜咸"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.tsv", "text\tlabel\n停车\tpark\n\tx\n食堂\n", ["停车", "", "食堂"]),
        ("a.tsv", '停车"难"\tpark\n', ['停车"难"']),
        ("a.csv", '内容,类别\n"停车难,\n真的",park\n食堂,canteen\n', ["停车难,\n真的", "食堂"]),
        ("a.csv", "停车,park\n", ["停车"]),
        ("a.txt", "text\n停车\tpark\n", ["text", "停车\tpark"]),
        ("a.txt", "停车\u2028场\x0b满\n", ["停车\u2028场\x0b满"]),
        ("a.txt", "a\rb\r\nc", ["a", "b", "c"]),
    ],
)
def test_formats(tmp_path: Path, name: str, content: str, expected: list[str]) -> None:
    assert read_texts(written(tmp_path, name, content.encode())) == expected


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"", "no text"),
        ("a.txt", b" \n\n \n", "no text"),
        ("a.tsv", b"text\tlabel\n", "no text"),
        ("a.txt", "停车\n食堂\n".encode() + b"\xe5\x81\n" + "宿舍\n".encode(), "line 3"),
        ("a.txt", "停车\n食堂\n".encode("gb18030") + b"\x81\x20\n", "line 3"),
        ("a.txt", b"one\ntwo\0\n", "line 2"),
        ("a.txt", b"\xff\xfe" + "停\n".encode("utf-16-le") + b"\x00\xd8\n\x00", "line 2"),
        ("a.csv", b'one\n"two\n', "CSV"),
    ],
)
def test_bad_input_names_the_line(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_texts(written(tmp_path, name, content))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.txt", tmp_path):
        with pytest.raises(BadInput):
            read_texts(path)


def test_json_has_every_row_once() -> None:
    texts = ["停车难", "", "停车位太少", "停车场满了", "食堂太咸", "食堂的菜咸", "食堂涨价"]
    found = json.loads(json.dumps(grouping_json(texts)))
    assert set(found) == {"groups", "ungrouped", "seconds"}
    assert {"id", "label", "terms", "summary", "quotes", "rows"} <= set(found["groups"][0])
    rows = [row for each in found["groups"] for row in each["rows"]] + found["ungrouped"]
    assert sorted(rows) == list(range(7))
    assert 1 in found["ungrouped"]
