"""An example of every kind of question: what `test_types` walks. A new kind adds its entry here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Example:
    """One kind of question at work.

    `definition`: without id and title, its words plain English. `sent`: a posted form (names and values; the item is
    called "q") and `kept`: the answer it makes. `row`: the same answer in a row of a file, by words. `wrong`: a posted
    form that must be refused. `others`: more valid answers as they are kept, for counting and exporting. `shown`: what
    the page drawn again must hold of `sent`.
    """

    definition: Mapping[str, Any]
    sent: Pairs = ()
    kept: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)
    wrong: Pairs = ()
    others: Sequence[Mapping[str, Any]] = ()
    shown: str = "checked"


OPTIONS = [{"v": "x", "t": "Left"}, {"v": "y", "t": "Right"}, {"v": "z", "t": "Other", "text": True}]
FIVE = {"min": 1, "max": 5, "labels": ["very bad", "bad", "so so", "good", "very good"]}
PLAIN = [{"v": "x", "t": "Left"}, {"v": "y", "t": "Right"}, {"v": "z", "t": "Other"}]
TREE = [
    {
        "v": "a",
        "t": "North",
        "options": [
            {"v": "a1", "t": "Repair", "options": [{"v": "a1x", "t": "Early"}, {"v": "a1y", "t": "Late"}]},
            {"v": "a2", "t": "Office"},
        ],
    },
    {"v": "b", "t": "South", "options": [{"v": "b1", "t": "Repair"}]},
]

CHOICES = {
    "single": Example(
        {"type": "single", "options": OPTIONS},
        [("q", "z"), ("q_z", " both ")],
        {"q": "z", "q_z": "both"},
        {"q": "Other", "q_z": "both"},
        [("q", "nonsense")],
        ({"q": "x"}, {"q": "y"}, {"q": "z"}),
    ),
    "multi": Example(
        {"type": "multi", "options": OPTIONS, "max": 2},
        [("q", "y"), ("q", "x")],
        {"q": ["x", "y"]},
        {"q": "Left; Right"},
        [("q", "x"), ("q", "y"), ("q", "z")],
        ({"q": ["x"]}, {"q": ["y", "z"], "q_z": "words"}),
    ),
    "dropdown": Example(
        {"type": "dropdown", "options": OPTIONS},
        [("q", "z"), ("q_z", "elsewhere")],
        {"q": "z", "q_z": "elsewhere"},
        {"q": "Other", "q_z": "elsewhere"},
        [("q", "x"), ("q", "y")],
        ({"q": "x"}, {"q": "z"}),
        shown="selected",
    ),
    "yes_no": Example(
        {"type": "yes_no", "no": "Not yet"},
        [("q", "no")],
        {"q": "no"},
        {"q": "not yet"},
        [("q", "maybe")],
        ({"q": "yes"}, {"q": "yes"}),
    ),
    "scale": Example(
        {"type": "scale", "scale": FIVE}, [("q", "4")], {"q": 4}, {"q": "good"}, [("q", "6")], ({"q": 1},)
    ),
    "stars": Example(
        {"type": "stars", "stars": 7, "labels": ["poor", "splendid"]},
        [("q", "6")],
        {"q": 6},
        {"q": "6"},
        [("q", "8")],
        ({"q": 7}, {"q": 1}),
    ),
    "nps": Example({"type": "nps"}, [("q", "10")], {"q": 10}, {"q": "10"}, [("q", "11")], ({"q": 0}, {"q": 7})),
    "ranking": Example(
        {"type": "ranking", "options": PLAIN, "top": 2},
        [("q.x", ""), ("q.y", "2"), ("q.z", "1")],
        {"q": ["z", "y"]},
        {"q": "Other > Right"},
        [("q.x", "1"), ("q.y", "1")],
        ({"q": ["x", "y"]}, {"q": ["z"]}),
        shown="selected",
    ),
    "constant_sum": Example(
        {"type": "constant_sum", "options": PLAIN, "total": 10, "unit": "hours"},
        [("q.x", "4"), ("q.y", ""), ("q.z", "6")],
        {"q": {"x": 4, "z": 6}},
        {"q.x": "4", "q.z": 6.0},
        [("q.x", "4"), ("q.y", "4")],
        ({"q": {"x": 10, "y": 0}}, {"q": {"x": 1, "y": 9}}),
        shown='value="6"',
    ),
    "cascade": Example(
        {"type": "cascade", "levels": ["Company", "Department", "Team"], "tree": TREE},
        [("q.1", "a"), ("q.2", ""), ("q.3", "a1x")],
        {"q": ["a", "a1", "a1x"]},
        {"q": "North / Repair / Early"},
        [("q.1", "b"), ("q.2", "a1")],
        ({"q": ["b", "b1"]}, {"q": ["a"]}),
        shown="selected",
    ),
    "note": Example({"type": "note"}, [("q", "whatever")], shown=""),
}

# ---- grids, quantities and words (TypesB) ----------------------------------------------------------------------------
QUANTITIES = {
    "matrix": Example(
        {"type": "matrix", "rows": OPTIONS[:2], "scale": FIVE, "allow_na": "no idea"},
        [("q.x", "5"), ("q.y", "na")],
        {"q": {"x": 5, "y": "na"}},
        {"q.x": "very good", "q.y": "no idea"},
        [("q.x", "0")],
    ),
    "matrix_multi": Example(
        {"type": "matrix_multi", "rows": OPTIONS[:2], "options": [{"v": "a", "t": "Early"}, {"v": "b", "t": "Late"}]},
        [("q.x", "b"), ("q.x", "a"), ("q.y", "a")],
        {"q": {"x": ["a", "b"], "y": ["a"]}},
        {"q.x": "Late; Early", "q.y.a": "1", "q.y.b": "0"},
        [("q.x", "c")],
        ({"q": {"x": ["b"]}}, {"q": {"y": ["a", "b"]}}),
    ),
    "matrix_number": Example(
        {
            "type": "matrix_number",
            "rows": OPTIONS[:2],
            "columns": [{"v": "m", "t": "Men"}, {"v": "w", "t": "Women"}],
            "min": 0,
            "max": 5000,
        },
        [("q.x.m", "１２"), ("q.x.w", "1,234"), ("q.y.m", "0"), ("q.y.w", "7")],
        {"q": {"x": {"m": 12, "w": 1234}, "y": {"m": 0, "w": 7}}},
        {"q.x": {"m": 12, "w": "1234"}, "q.y.m": "0", "q.y.w": 7.0},
        [("q.x.m", "-1")],
        ({"q": {"x": {"m": 5}}},),
        shown="1,234",
    ),
    "matrix_text": Example(
        {"type": "matrix_text", "rows": OPTIONS[:1], "max_length": 30},
        [("q.x", " hello ")],
        {"q": {"x": "hello"}},
        {"q.x": "hello"},
        [("q.x", "y" * 31)],
        shown="hello",
    ),
    "number": Example(
        {"type": "number", "min": -5, "max": 2000, "decimals": 1, "unit": "km"},
        [("q", "１，２３４．５ km")],
        {"q": 1234.5},
        {"q": "1,234.5"},
        [("q", "12.34")],
        ({"q": -3}, {"q": 12}),
        shown="１，２３４．５ km",
    ),
    "date": Example(
        {"type": "date", "min": "2020-01-01"},
        [("q", "2026年11月3日")],
        {"q": "2026-11-03"},
        {"q": "20261103"},
        [("q", "2026-02-30")],
        ({"q": "2025-12-31"},),
        shown="2026-11-03",
    ),
    "time": Example(
        {"type": "time", "max": "20:00"},
        [("q", "下午3点半")],
        {"q": "15:30"},
        {"q": "15:30"},
        [("q", "23:10")],
        ({"q": "08:00"},),
        shown="15:30",
    ),
    "short_text": Example(
        {"type": "text", "placeholder": "one word"},
        [("q", " hello ")],
        {"q": "hello"},
        {"q": "hello"},
        [("q", "x" * 20_000)],
        shown="hello",
    ),
    "long_text": Example(
        {"type": "text", "rows": 4, "min_length": 2},
        [("q", "a\r\nb\x00")],
        {"q": "a\nb"},
        {"q": "a\nb"},
        [("q", "字" * 501)],
        shown="a\nb",
    ),
    "blanks": Example(
        {
            "type": "blanks",
            "text": "I have worked in __{team}__ for __{years}__ years.",
            "blanks": [{"v": "team", "t": "Team"}, {"v": "years", "t": "Years", "kind": "number", "min": 0, "max": 60}],
        },
        [("q.team", "检修"), ("q.years", "５")],
        {"q": {"team": "检修", "years": 5}},
        {"q.team": "检修", "q.years": "5"},
        [("q.years", "61")],
        ({"q": {"years": 30}},),
        shown="检修",
    ),
}

EXAMPLES: dict[str, Example] = {**CHOICES, **QUANTITIES}
