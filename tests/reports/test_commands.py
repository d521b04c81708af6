"""`flask reports render`: a report as a file, one line about it, or one line about what is wrong."""

import hashlib
import os
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from core.clock import now
from core.db import db
from investigations.models import Investigation
from reports import commands, pdf
from reports.models import Edition

TITLE = "职工意见调研"


@pytest.fixture
def run(app, cast):
    def render(*arguments: object) -> Result:
        return app.test_cli_runner().invoke(commands.reports, ["render", *map(str, arguments)])

    return render


def another(organisation, title: str) -> Investigation:
    row = Investigation(
        organisation_id=organisation.id,
        title=title,
        purpose="另查",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 2, 1),
        created_at=now(),
    )
    db.session.add(row)
    db.session.commit()
    return row


def refused(result: Result, said: str) -> None:
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and said in result.stderr, result.stderr
    assert result.stdout == ""


def test_the_command_is_known_to_the_application(app) -> None:
    commands.init_app(app)
    shown = app.test_cli_runner().invoke(args=["reports", "render", "--help"])
    assert shown.exit_code == 0 and "INVESTIGATION" in shown.output


@pytest.mark.parametrize("style", commands.STYLES)
@pytest.mark.parametrize(
    ("kind", "begins"), [("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!DOCTYPE html>"), ("md", b"# ")]
)
def test_every_kind_of_file_is_written(run, tmp_path: Path, kind: str, begins: bytes, style: str) -> None:
    out = tmp_path / "报告 1"
    result = run(TITLE, "--style", style, "--format", kind, "--out", out)
    assert result.exit_code == 0, result.output
    content = out.read_bytes()
    assert content.startswith(begins)
    found = re.fullmatch(r"(.*): (?:(\d+) pages, )?(\d+) bytes, sha256 ([0-9a-f]{64})\n", result.stdout)
    assert found and found[1] == str(out) and int(found[3]) == len(content)
    assert found[4] == hashlib.sha256(content).hexdigest()
    assert found[2] == (str(pdf.count_pages(content)) if kind == "pdf" else None)


def test_an_investigation_is_found_by_number_and_by_title(run, cast, tmp_path: Path) -> None:
    files = [tmp_path / "one.md", tmp_path / "two.md"]
    assert run(cast.investigation.id, "--out", files[0]).exit_code == 0
    assert run(TITLE, "--out", files[1]).exit_code == 0
    assert files[0].read_text() == files[1].read_text()
    assert TITLE in files[0].read_text()


def test_the_name_of_the_file_says_the_kind(run, tmp_path: Path) -> None:
    assert run(TITLE, "--out", tmp_path / "a.html").exit_code == 0
    assert (tmp_path / "a.html").read_bytes().startswith(b"<!DOCTYPE html>")
    refused(run(TITLE, "--out", tmp_path / "a.txt"), "--format")
    assert not (tmp_path / "a.txt").exists()


def test_the_language_may_be_chosen(run, tmp_path: Path) -> None:
    assert run(TITLE, "--out", tmp_path / "zh.md").exit_code == 0
    assert run(TITLE, "--lang", "en", "--out", tmp_path / "en.md").exit_code == 0
    assert (tmp_path / "zh.md").read_text().startswith("# 关于")
    assert "Research summary" in (tmp_path / "en.md").read_text(), "English readers get the summary by default"


def test_nothing_is_issued(run, tmp_path: Path) -> None:
    assert run(TITLE, "--out", tmp_path / "a.md").exit_code == 0
    assert db.session.query(Edition).count() == 0


def test_titles_that_several_have_need_the_organisation(run, cast, tmp_path: Path) -> None:
    theirs = another(cast.elsewhere, TITLE)
    out = tmp_path / "a.md"
    refused(run(TITLE, "--out", out), "Several")
    assert run(TITLE, "--organisation", "别处支部", "--out", out).exit_code == 0
    assert "别处支部" in out.read_text()
    assert run(TITLE, "--organisation", cast.branch.id, "--out", out).exit_code == 0
    assert "青石支部" in out.read_text()
    refused(run(theirs.id, "--organisation", "青石支部", "--out", out), "no investigation")


def test_a_title_of_digits_is_a_title_where_no_number_is_meant(run, cast, tmp_path: Path) -> None:
    another(cast.branch, "2026")
    assert run("2026", "--out", tmp_path / "a.md").exit_code == 0
    assert "2026" in (tmp_path / "a.md").read_text().split("\n")[0]


@pytest.mark.parametrize("called", ["没有的", "99999", "0", "-1", "9" * 30, "", "' OR 1=1 --"])
def test_what_is_not_there_is_said_in_one_line(run, tmp_path: Path, called: str) -> None:
    refused(run("--out", tmp_path / "a.md", "--", called), "no investigation")
    assert not list(tmp_path.glob("*.md"))


def test_a_place_that_cannot_be_written_is_refused_first(run, tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    refused(run(TITLE, "--out", tmp_path / "folder.md"), "folder")
    refused(run(TITLE, "--out", tmp_path / "none" / "a.md"), "does not exist")


def test_a_file_is_whole_or_as_it_was(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "a.md"
    out.write_text("as it was")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    refused(run(TITLE, "--out", out), "No space left")
    assert out.read_text() == "as it was" and [each.name for each in tmp_path.glob("*a.md*")] == ["a.md"]


def test_a_database_of_another_version_is_said(run, tmp_path: Path) -> None:
    db.session.execute(db.text("ALTER TABLE investigation RENAME TO gone"))
    db.session.commit()
    refused(run(TITLE, "--out", tmp_path / "a.md"), "upgrade")
