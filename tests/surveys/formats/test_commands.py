"""The commands `surveys import` and `surveys lint`."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db import db
from surveys import commands
from surveys.formats.base import BYTES
from surveys.models import Instrument

HERE = Path(__file__).parent / "xlsforms"


@pytest.fixture
def run(app):
    if "surveys" not in app.cli.commands:
        commands.init_app(app)

    def call(*arguments):
        result = app.test_cli_runner().invoke(args=["surveys", *map(str, arguments)])
        return result.exit_code, json.loads(result.stdout)

    return call


def test_import_check_prints_what_was_understood(run):
    code, told = run("import", HERE / "XLSForm__pyxform__specify_other.xlsx", "--check")
    assert code == 0 and told["format"] == "xlsform" and told["diagnostics"] == []
    assert told["items"] == [
        {
            "id": "sex",
            "type": "single",
            "title": "What sex are you?",
            "required": False,
            "options": [
                {"v": "male", "t": "Male"},
                {"v": "female", "t": "Female"},
                {"v": "other", "t": "Other", "text": True},
            ],
            "show_if": None,
        }
    ]


def test_diagnostics_name_the_cell_and_speak_the_language_asked_for(run):
    path = HERE / "XLSForm__pyxform__widgets.csv"
    _code, english = run("import", path, "--check", "--language", "en")
    code, chinese = run("import", path, "--check", "--language", "zh")
    assert code == 0
    assert english["items"] == chinese["items"]
    found = next(note for note in english["diagnostics"] if note.get("cell") == "survey!A11")
    assert found["level"] == "warning" and "Where somebody is" in found["message"]


def test_what_cannot_be_read_ends_with_2_and_a_diagnosis(run, tmp_path):
    rubbish = tmp_path / "rubbish.bin"
    rubbish.write_bytes(bytes(range(256)))
    huge = tmp_path / "huge.xlsx"
    huge.write_bytes(b"PK" + b"0" * BYTES)
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    twins = HERE / "XLSForm__pyxform__group.xlsx"
    calls = [[tmp_path / "missing.xlsx"], [tmp_path], [rubbish], [huge], [empty], [twins, "--format", "lss"]]
    for call in [*calls, [rubbish, "--format", "xlsform"], [twins, "--format", "json"]]:
        for command in ("import", "lint"):
            more = ["--check"] if command == "import" else []
            code, told = run(command, *call, *more)
            assert code == 2, call
            assert any(note["level"] == "error" and note["message"] for note in told["diagnostics"]), call


def test_import_stores_an_instrument_in_the_organisation(run, app, cast):
    path = HERE / "XLSForm__pyxform__group.xlsx"
    code, told = run("import", path)
    assert code == 2 and "instrument" not in told, "there are two organisations"
    code, told = run("import", path, "--organisation", cast.branch.id)
    assert code == 0
    made = db.session.scalars(select(Instrument)).one()
    assert made.id == told["instrument"] and made.organisation_id == cast.branch.id


def test_lint_says_whether_it_could_be_published(run, tmp_path):
    code, told = run("lint", HERE / "XLSForm__pyxform__group.xlsx")
    assert code == 0 and told["publishable"] and told["longest"]["items"] == 3
    bad = tmp_path / "bad.csv"
    bad.write_text("survey,,\n,type,name,label\n,integer,a,A\n,text,b,B\n".replace("survey,,", "survey,,,"))
    assert run("lint", bad)[0] == 0
    bad.write_text("survey,,,,\n,type,name,label,relevant\n,integer,a,A,\n,text,b,B,${a} > 3 and ${a} < 2\n")
    code, told = run("lint", bad)
    assert code == 2 and not told["publishable"] and told["findings"]
