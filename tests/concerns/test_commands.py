"""`flask concerns group`: files in, groups out, one line when something is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT

TEXTS = ["食堂的菜太咸", "食堂排队太久", "食堂饭菜太贵", "停车位不够", "停车场太暗", "停车太难找", "无"] * 3


@pytest.fixture
def run(app):
    def run(*arguments: str):
        return app.test_cli_runner().invoke(args=["concerns", "group", *arguments])

    return run


def test_every_row_comes_out_once(run, tmp_path) -> None:
    source, out = tmp_path / "texts.txt", tmp_path / "out.json"
    source.write_text("\n".join(TEXTS), encoding="utf-8")
    assert run(str(source), "--lang", "zh", "--out", str(out)).exit_code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {"groups", "ungrouped", "seconds"} <= found.keys()
    assert all({"id", "label", "terms", "summary", "quotes", "rows"} <= group.keys() for group in found["groups"])
    rows = [row for group in found["groups"] for row in group["rows"]] + found["ungrouped"]
    assert sorted(rows) == list(range(len(TEXTS)))
    assert len(found["groups"]) >= 2


def test_standard_output_holds_nothing_but_the_json(run, tmp_path) -> None:
    source = tmp_path / "texts.tsv"
    source.write_text("text\tid\n" + "\n".join(f"{text}\t1" for text in TEXTS), encoding="utf-8")
    result = run(str(source), "--out", "-")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["ungrouped"]) <= len(TEXTS)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nothing.txt", None, "does not exist"),
        ("empty.txt", b"", "no text"),
        ("bytes.txt", "好\n好\n".encode() + b"\xff\xfe\xff\n", "line 3"),
        ("nul.txt", b"a\nb\0c\n", "line 2"),
        ("open.csv", 'text\n"好\n'.encode(), "line"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(run, tmp_path, name, content, said) -> None:
    source, out = tmp_path / name, tmp_path / "out.json"
    if content is not None:
        source.write_bytes(content)
    result = run(str(source), "--out", str(out))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and said in result.stderr
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_said_before_the_work(run, tmp_path) -> None:
    source = tmp_path / "texts.txt"
    source.write_text("好", encoding="utf-8")
    for out in (tmp_path, tmp_path / "nowhere" / "out.json"):
        result = run(str(source), "--out", str(out))
        assert result.exit_code == 2 and result.stderr.count("\n") == 1


def test_it_works_without_a_database(tmp_path: Path) -> None:
    source = tmp_path / "texts.txt"
    source.write_text("\n".join(TEXTS), encoding="utf-8")
    environment = {**os.environ, "XINSHENG_DATA": str(tmp_path / "data"), "XINSHENG_QUEUE": "inline"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "flask", "--app", "app", "concerns", "group", str(source), "--out", "-"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["groups"]
    command[-3] = str(tmp_path / "missing.txt")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
