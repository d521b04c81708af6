"""Reading XLSForms: real ones, every cell accounted for, and broken ones that never raise."""

import csv
import io
import random
from pathlib import Path

import pytest

from core.i18n import speaking
from core.spreadsheet import Sheet, decode, read_book, write_book
from surveys.formats import read
from surveys.formats.account import cells, from_csv, from_markdown
from surveys.formats.base import items
from surveys.formats.xlsform import XLSForm

HERE = Path(__file__).parent / "xlsforms"
REAL = sorted(path for path in HERE.iterdir() if path.name != "SOURCES.md")


@pytest.fixture(autouse=True)
def english(app):
    with app.app_context(), speaking("en"):
        yield


def book(survey, choices=(), settings=(), **more) -> bytes:
    sheets = [Sheet("survey", survey[0], survey[1:])]
    if choices:
        sheets.append(Sheet("choices", choices[0], choices[1:]))
    if settings:
        sheets.append(Sheet("settings", settings[0], settings[1:]))
    sheets += [Sheet(name, rows[0], rows[1:]) for name, rows in more.items()]
    out = io.BytesIO()
    write_book(sheets, out)
    return out.getvalue()


def form(survey, choices=(), settings=(), **more):
    return XLSForm().read(book(survey, choices, settings, **more), "form.xlsx")


def by_id(reading):
    return {item["id"]: item for item in items(reading.definition)}


def every_cell(content: bytes, name: str) -> dict[str, str]:
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0":
        sheets = read_book(content, name)
    elif name.endswith(".md"):
        sheets = from_markdown(decode(content, name))[0]
    else:
        sheets = from_csv(decode(content, name))
    found = [cell for title, rows in sheets.items() for row in rows for cell in cells(title, row).values()]
    return {cell.place: cell.text for cell in found}


def lost(content: bytes, name: str) -> dict[str, str]:
    reading = XLSForm().read(content, name)
    noted = {note.cell for note in reading.notes}
    spans = [cell for cell in noted if cell and ":" in cell]
    if reading.definition is None and any(note.cell is None for note in reading.notes if note.level == "error"):
        return {}
    missing = {p: t for p, t in every_cell(content, name).items() if p not in reading.used and p not in noted}
    return {} if spans else missing


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_every_cell_of_real_forms_is_used_or_noted(path):
    content = path.read_bytes()
    assert lost(content, path.name) == {}
    print(path.name, len(every_cell(content, path.name)), "cells")


@pytest.mark.parametrize("path", [p for p in REAL if "grains" not in p.name], ids=lambda path: path.name)
def test_real_forms_are_usable(path):
    reading = read(path.read_bytes(), path.name)
    assert reading.format == "xlsform"
    assert [note for note in reading.notes if note.level == "error"] == []


@pytest.mark.parametrize("stem", ["group", "specify_other"])
def test_twins_import_identically(stem):
    told = [XLSForm().read(path.read_bytes(), path.name) for path in REAL if f"__{stem}." in path.name]
    assert len(told) > 1
    assert all(one.definition == told[0].definition and one.notes == told[0].notes for one in told)


def test_widgets_as_xls_and_csv_agree_where_both_have_the_question():
    old, text = (
        by_id(XLSForm().read((HERE / f"XLSForm__pyxform__widgets.{e}").read_bytes(), "w")) for e in ("xls", "csv")
    )
    assert set(text) - set(old) == {"autocomplete"}
    assert all(old[name] == text[name] for name in text if name in old)


def test_widgets():
    got = by_id(XLSForm().read((HERE / "XLSForm__pyxform__widgets.xls").read_bytes(), "w.xls"))
    assert got["my_int"] == {
        "id": "my_int",
        "type": "number",
        "title": "integer widget",
        "help": "try entering a number < 10",
        "max": 9,
    }
    assert got["spinner"]["type"] == "dropdown"
    assert got["table_list_test2"]["type"] == "matrix"
    assert [row["v"] for row in got["happy_sad_table"]["rows"]] == ["happy_sad_brian", "happy_sad_michael"]
    assert "my_geopoint" not in got


def test_a_cascade_has_a_value_for_each_place():
    path = HERE / "XLSForm__pyxform__choice_filter_test.xlsx"
    (item,) = by_id(read(path.read_bytes(), path.name)).values()
    assert item["type"] == "cascade" and item["levels"] == ["state", "county", "city"]
    assert [[place["t"] for place in top["options"]] for top in item["tree"]] == [
        ["King", "Cameron"],
        ["King", "Pierce"],
    ]


HEAD = ["type", "name", "label", "relevant", "constraint", "required", "appearance", "choice_filter"]
YES = [["list_name", "name", "label"], ["yn", "yes", "Yes"], ["yn", "no", "No"], ["ab", "a", "A"], ["ab", "b", "B"]]


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("${a} = 'yes'", {"item": "a", "op": "==", "value": "yes"}),
        ("selected(${m}, 'b')", {"item": "m", "op": "contains", "value": "b"}),
        ("${a} != ''", {"item": "a", "op": "answered"}),
        ("${a} = ''", {"not": {"item": "a", "op": "answered"}}),
        (
            "${n} > 17 and ${n} <= 60",
            {"all": [{"item": "n", "op": ">", "value": 17}, {"item": "n", "op": "<=", "value": 60}]},
        ),
        ("not(${a} = 'yes')", {"not": {"item": "a", "op": "==", "value": "yes"}}),
        ("${a} != 'yes'", {"not": {"item": "a", "op": "==", "value": "yes"}}),
        ("${a} != '' and ${a} != 'yes'", {"item": "a", "op": "!=", "value": "yes"}),
        ("count-selected(${m}) >= 2", {"item": "m", "count": True, "op": ">=", "value": 2}),
        ("string-length(${t}) > 0", {"item": "t", "op": "answered"}),
        (
            'selected(${m}, "a") or ${a}="no"',
            {"any": [{"item": "m", "op": "contains", "value": "a"}, {"item": "a", "op": "==", "value": "no"}]},
        ),
    ],
)
def test_relevance(condition, rule):
    survey = [
        HEAD,
        ["select_one yn", "a", "A"],
        ["select_multiple ab", "m", "M"],
        ["integer", "n", "N"],
        ["text", "t", "T"],
        ["text", "last", "Last", condition],
    ]
    reading = form(survey, YES)
    assert reading.usable, reading.notes
    assert by_id(reading)["last"]["show_if"] == rule


@pytest.mark.parametrize(
    "condition", ["${n} div 2 = 1", "pulldata('x', 'y') = 1", "${n} > today()", "regex(${t}, 'x')"]
)
def test_relevance_beyond_our_rules_leaves_the_item_shown_with_a_warning(condition):
    reading = form([HEAD, ["integer", "n", "N"], ["text", "t", "T"], ["text", "last", "L", condition]])
    assert reading.usable
    assert "show_if" not in by_id(reading)["last"]
    assert [(note.level, note.cell) for note in reading.notes] == [("warning", "survey!D4")]
    assert condition in reading.notes[0].message


MALFORMED = {
    "unknown type": ([HEAD, ["selct_one yn", "a", "A"]], YES, "survey!A2"),
    "unknown type alone": ([HEAD, ["text", "ok", "Ok"], ["hologram", "a", "A"]], (), "survey!A3"),
    "missing list": ([HEAD, ["select_one nowhere", "a", "A"]], YES, "survey!A2"),
    "no list named": ([HEAD, ["select_one", "a", "A"]], YES, "survey!A2"),
    "name twice": ([HEAD, ["text", "a", "A"], ["text", "a", "B"]], (), "survey!B3"),
    "no name": ([HEAD, ["text", "", "A"]], (), "survey!A2"),
    "no type": ([HEAD, ["", "a", "A"], ["text", "b", "B"]], (), "survey!B2"),
    "broken condition": ([HEAD, ["text", "a", "A"], ["text", "b", "B", "${a} = 'x"]], (), "survey!D3"),
    "condition on nothing": ([HEAD, ["text", "a", "A"], ["text", "b", "B", "${zzz} = 'x'"]], (), "survey!D3"),
    "open bracket": ([HEAD, ["text", "a", "A"], ["text", "b", "B", "(${a} = 'x'"]], (), "survey!D3"),
    "broken constraint": ([HEAD, ["integer", "a", "A", "", ". >= and"]], (), "survey!E2"),
    "group never ended": ([HEAD, ["begin group", "g", "G"], ["text", "a", "A"]], (), "survey!A2"),
    "group never begun": ([HEAD, ["text", "a", "A"], ["end group", "", ""]], (), "survey!A3"),
    "choice twice": ([HEAD, ["select_one ab", "a", "A"]], [*YES, ["ab", "a", "Again"]], "choices!B6"),
    "choice of no list": ([HEAD, ["select_one ab", "a", "A"]], [*YES, ["", "c", "C"]], "choices!B6"),
    "column twice": ([["type", "name", "label", "label"], ["text", "a", "A", "B"]], (), "survey!D1"),
    "no type column": ([["kind", "name", "label"], ["text", "a", "A"]], (), "survey!B1"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_forms_name_the_cell(what):
    survey, choices, cell = MALFORMED[what]
    content = book(survey, choices)
    reading = read(content, "form.xlsx", "xlsform")
    assert not reading.usable
    assert cell in [note.cell for note in reading.notes if note.level == "error"], reading.notes
    assert lost(content, "form.xlsx") == {}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"PK\x03\x04rubbish", "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls"),
        (b"\xff\xfe\x00", "a.csv"),
        (b"hello", "a.xlsx"),
        (b"\0\1\2", "a.csv"),
        (b"|", "a.md"),
        ("说明".encode("gb18030"), "a.csv"),
        (b'"survey"\n,"type"\n', "a.csv"),
        (b"survey,,\n,type,name\n,text,", "a.csv"),
        (b"survey\n,type,name,label\n,begin group,g,\n,end group,,\n", "a.csv"),
    ],
)
def test_files_that_are_none_are_said_to_be_none(content, name):
    reading = read(content, name, "xlsform")
    assert not reading.usable and reading.notes


def test_truncated_files_never_raise():
    count = 0
    for path in REAL:
        content = path.read_bytes()
        cuts = [1, 2, 7, 100, len(content) // 3, len(content) // 2, len(content) - 100, len(content) - 5]
        for cut in cuts[:6] if "grains" in path.name else cuts:
            assert read(content[:cut], path.name, "xlsform") is not None
            count += 1
    print(count, "truncations")


JUNK = [
    "",
    "🙂",
    "${",
    "}",
    "select_one",
    "begin group",
    "end group",
    "select_one a b c",
    "${my_int}",
    "x" * 3000,
    "=1+1",
]
JUNK += [
    "'",
    '"',
    "not(",
    "....",
    "1e999",
    "select_one ${x}",
    "yes",
    "\u0000",
    "中文",
    ". >= ${",
    "cf=${state}",
    "range",
    "-",
]


def test_cells_of_junk_never_raise_and_stay_accounted_for():
    dice = random.Random(7)
    count = 0
    sources = [path for path in REAL if path.suffix == ".csv"]
    for path in sources:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        for _turn in range(150):
            changed = [list(row) for row in rows]
            for _cell in range(dice.randint(1, 6)):
                row = dice.choice(changed[1:])
                row[dice.randrange(1, len(row))] = dice.choice(JUNK)
            out = io.StringIO()
            csv.writer(out).writerows(changed)
            content = out.getvalue().encode()
            assert lost(content, "junk.csv") == {}
            count += 1
    print(count, "mutations")


def test_languages():
    survey = [
        ["type", "name", "label::English (en)", "label::中文 (zh)", "label::Français (fr)"],
        ["text", "a", "Name", "姓名", "Nom"],
    ]
    reading = form(survey, settings=[["form_title", "default_language"], ["T", "中文 (zh)"]])
    assert reading.definition["lang"] == "zh" and reading.definition["languages"] == ["zh", "en"]
    assert by_id(reading)["a"]["title"] == {"en": "Name", "zh": "姓名"}
    assert {"survey!E1", "survey!E2"} <= {note.cell for note in reading.notes}


def test_choice_filters_become_conditions_of_options():
    choices = [
        ["list_name", "name", "label", "f"],
        ["ab", "a", "A", "yes"],
        ["ab", "b", "B", "no"],
        ["yn", "yes", "Y", ""],
        ["yn", "no", "N", ""],
    ]
    survey = [
        HEAD,
        ["select_one yn", "q", "Q"],
        ["text", "t", "T"],
        ["select_multiple ab", "m", "M", "", "", "", "", "f=${q}"],
    ]
    got = by_id(form(survey, choices))["m"]["options"]
    assert got[0]["show_if"] == {"item": "q", "op": "==", "value": "yes"}


def test_an_unused_sheet_and_an_unused_list_are_noted():
    content = book([HEAD, ["text", "a", "A"]], YES, licence=[["By", "me"], ["x", "y"]])
    reading = XLSForm().read(content, "f.xlsx")
    assert lost(content, "f.xlsx") == {}
    assert {"licence!A1", "choices!A2"} <= {note.cell for note in reading.notes}
