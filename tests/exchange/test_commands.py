"""The whole chain from the command line, on the sample, against its expected figures."""

import json
import re
from pathlib import Path

import pdfplumber
import pytest

from tests.conftest import GOLD, SAMPLE, build

EXPECTED = json.loads((GOLD / "expected_stats.json").read_text(encoding="utf-8"))


def arguments(folder: Path, out: Path, language: str) -> list[str]:
    return [
        "investigate",
        "--roster", str(folder / "members.csv"),
        "--survey", str(folder / "survey.yaml"),
        "--responses", str(folder / "responses.jsonl"),
        "--talks", str(folder / "talk_notes.jsonl"),
        "--lang", language,
        "--out", str(out),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def chinese(tmp_path_factory):
    """What `investigate` printed for the Chinese sample, and the text of its report."""
    folder = tmp_path_factory.mktemp("chain")
    app = build(folder / "instance")
    result = app.test_cli_runner().invoke(args=arguments(SAMPLE, folder / "报告.pdf", "zh"))
    assert result.exit_code == 0, result.output
    with pdfplumber.open(folder / "报告.pdf") as report:
        text = "\n".join(page.extract_text() for page in report.pages)
    return result.output, text


def test_coverage_is_the_expected_one(chinese) -> None:
    printed, text = chinese
    full, everyone = EXPECTED["coverage"]["full_members"], EXPECTED["coverage"]["all"]
    assert f"{full['covered']} of {full['total']} full members" in printed
    assert f"{everyone['covered']} of {everyone['total']} people" in printed
    for name, part in EXPECTED["coverage"]["by_group"].items():
        assert f"{name}: {part['covered']} of {part['total']}" in printed
    for quarter, count in EXPECTED["talks_by_quarter"].items():
        assert f"talks {quarter}: {count}" in printed
    assert "28/38" in text and "39" in text and "73.7%" in text


def test_survey_figures_are_the_expected_ones(chinese) -> None:
    printed, text = chinese
    survey = EXPECTED["survey"]
    assert f"{survey['responses']} responses, {survey['complete']} complete" in printed
    nps = survey["nps"]
    assert (
        f"NPS {nps['score']:+.1f} (n={nps['n']}, promoters {nps['promoters']}, detractors {nps['detractors']})"
        in printed
    )
    assert f"q7 answered: {survey['responses'] - survey['skipped_s3']}, skipped: {survey['skipped_s3']}" in printed
    assert f"q13 texts: {survey['q13']}" in printed and f"q14 texts: {survey['q14']}" in printed
    assert "-29.7" in text and "200" in text and "195" in text


def test_small_counts_do_not_stand_in_the_report(chinese) -> None:
    _printed, text = chinese
    assert "少于5人的数据" in text
    annex = text[text.index("附表1") :]
    counted = [int(found[1]) for found in re.finditer(r" (\d+) \d+\.\d%$", annex, re.M)]
    assert len(counted) >= 30, "the tables of the annex were not read"
    assert min(counted) >= 5, "a small count is shown"
    assert annex.count("隐去") >= 4


def test_nobody_is_named_in_the_report(chinese) -> None:
    _printed, text = chinese
    names = [line.split(",")[1] for line in (SAMPLE / "members.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert len(names) == 60
    assert [name for name in names if name in text] == []


def test_english_summary(tmp_path) -> None:
    app = build(tmp_path / "instance")
    out = tmp_path / "summary.pdf"
    result = app.test_cli_runner().invoke(args=arguments(SAMPLE / "en", out, "en"))
    assert result.exit_code == 0, result.output
    with pdfplumber.open(out) as report:
        text = "\n".join(page.extract_text() for page in report.pages)
    assert "60 responses, 57 complete" in result.output
    assert "What members think" in text and "net promoter score" in text
    assert not re.search(r"[\u4e00-\u9fff]", text), "Chinese in an English report"


@pytest.mark.parametrize("broken", ["roster", "survey", "responses", "talks"])
def test_a_broken_file_is_one_line_and_exit_2(tmp_path, broken) -> None:
    app = build(tmp_path / "instance")
    bad = tmp_path / "坏.csv"
    bad.write_bytes(b"\x00\xff\x00")
    given = arguments(SAMPLE, tmp_path / "x.pdf", "zh")
    given[given.index(f"--{broken}") + 1] = str(bad)
    result = app.test_cli_runner().invoke(args=given)
    assert result.exit_code == 2
    assert "坏.csv" in result.stderr.splitlines()[-1] and "Traceback" not in result.output
    assert not (tmp_path / "x.pdf").exists()


def test_a_missing_file_is_named(tmp_path) -> None:
    app = build(tmp_path / "instance")
    given = arguments(SAMPLE, tmp_path / "x.pdf", "zh")
    given[2] = str(tmp_path / "没有.xlsx")
    result = app.test_cli_runner().invoke(args=given)
    assert result.exit_code == 2 and "没有.xlsx" in result.stderr


def test_the_demo_is_loaded_once_and_prints_the_same_sign_ins(tmp_path) -> None:
    app = build(tmp_path / "instance")
    first = app.test_cli_runner().invoke(args=["demo"])
    assert first.exit_code == 0, first.output
    again = app.test_cli_runner().invoke(args=["demo"])
    assert again.exit_code == 0
    sign_ins = [line for line in first.output.splitlines() if " / " in line]
    assert len(sign_ins) == 4 and all(line in again.output for line in sign_ins)
    kept = tmp_path / "instance" / "demo-sign-ins.txt"
    assert kept.stat().st_mode & 0o777 == 0o600
    name, password = re.search(r"(\S+) / (\S+)", sign_ins[0]).groups()  # type: ignore[union-attr]
    client = app.test_client()
    answer = client.post("/app/sign-in", data={"username": name, "password": password})
    assert answer.status_code == 302
    page = client.get("/app/")
    assert page.status_code == 200 and "职工关心的热点问题" in page.text


def test_the_demo_never_enters_a_database_in_use(app, cast) -> None:
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
