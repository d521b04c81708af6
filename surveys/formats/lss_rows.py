"""Items as rows of LimeSurvey's tables."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.i18n import _
from questions import named
from questions.piping import PIPE
from surveys.formats.naming import free

Lose = Callable[..., None]
Row = dict[str, str]
TYPES = {
    "single": "L",
    "dropdown": "!",
    "multi": "M",
    "yes_no": "Y",
    "scale": "5",
    "stars": "5",
    "nps": "L",
    "matrix": "F",
    "matrix_multi": ":",
    "matrix_number": "K",
    "matrix_text": "Q",
    "ranking": "R",
    "constant_sum": "K",
    "number": "N",
    "date": "D",
    "time": "S",
    "short_text": "S",
    "long_text": "T",
    "blanks": "Q",
    "cascade": "L",
    "note": "X",
}
GONE = {
    "scale": (),
    "stars": ("labels",),
    "nps": ("labels",),
    "ranking": (),
    "number": (),
    "time": ("min", "max"),
    "short_text": ("placeholder",),
    "long_text": ("placeholder", "min_length"),
    "blanks": ("text",),
    "cascade": ("tree",),
    "constant_sum": ("unit",),
    "matrix_number": ("unit",),
}


class Tables:
    """The tables of the file. `codes`: (item, part or "=option") -> the code LimeSurvey knows it by."""

    def __init__(self, languages: list[tuple[str, str]], lose: Lose) -> None:
        self.languages, self.lose = languages, lose
        self.rows: dict[str, list[Row]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.codes: dict[tuple[str, str], str] = {}
        self.ids = 0

    def add(self, table: str, **fields: str) -> None:
        """Add a row."""
        self.rows.setdefault(table, []).append(fields)

    def number(self, table: str) -> str:
        """Return the number of a table's next row."""
        return str(len(self.rows.get(table, [])) + 1)

    def learn(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Give every item and every part of one its code; LimeSurvey's codes hold letters and digits only."""
        taken: set[str] = set()
        for item in items:
            kind = named(item)
            assert kind is not None, "checked before it is written"
            code = free(re.sub(r"[^A-Za-z0-9]", "", item["id"])[:20] or "q", taken)
            code = code.replace("_", "x")
            taken.add(code)
            if code != item["id"]:
                self.lose(item["id"], _("it is called “%(code)s” in LimeSurvey", code=code), "info")
            self.items[item["id"]] = {**item, "type": kind.key}
            self.codes[item["id"], ""] = code
            self._learn_parts(self.items[item["id"]], code)

    def _learn_parts(self, item: Mapping[str, Any], code: str) -> None:
        name, kind = item["id"], item["type"]
        rows = self._parts(item)
        own = _codes([str(row["v"]) for row in rows], 5 if kind in ("ranking", "single", "dropdown") else 20)
        if kind == "multi":
            for value, short in own.items():
                self.codes[name, f"={value}"] = f"{code}_{short}"
        elif kind in ("single", "dropdown", "ranking"):
            for value, short in own.items():
                self.codes[name, f"={value}"] = short
            for option in item["options"]:
                alone = sum(bool(one.get("text")) for one in item["options"]) == 1
                if option.get("text") and alone and option is item["options"][-1] and kind != "ranking":
                    self.codes[name, f"={option['v']}"] = "-oth-"
        else:
            for value, short in own.items():
                self.codes[name, value] = f"{code}_{short}"
                for column in item["options"] if kind == "matrix_multi" else ():
                    self.codes[name, f"={value}_{column['v']}"] = f"{code}_{short}_{column['v']}"

    def _parts(self, item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        kind = item["type"]
        if kind in ("multi", "single", "dropdown", "ranking", "constant_sum"):
            return item["options"]
        if kind == "blanks":
            return item["blanks"]
        return item["rows"] if kind.startswith("matrix") else ()

    def words(self, words: Any, own: str, *, always: bool = False) -> str:
        """Return words in a language as LimeSurvey keeps them: HTML, with {code.shown} for an answer.

        A text in one language only stands in the first one, or (`always`) in every one.
        """
        if isinstance(words, dict):
            text = str(words.get(own, ""))
        else:
            text = str(words) if always or own == self.languages[0][0] else ""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return PIPE.sub(lambda found: f"{{{self.codes.get((found[1], ''), found[1])}.shown}}", text).replace(
            "\n", "<br />"
        )

    def item(self, item: Mapping[str, Any], gid: str, order: int, relevance: str) -> None:
        """Add a question with all that hangs on it."""
        told = self.items[item["id"]]
        kind, letter = told["type"], TYPES[told["type"]]
        if kind == "scale" and (told["scale"] != {"min": 1, "max": 5}):
            letter = "L"
        if kind == "matrix_number" and told.get("columns"):
            letter = ":"
        if kind == "long_text" and told.get("rows", 0) > 8:
            letter = "U"
        own = [option for option in told.get("options", ()) if option.get("text")]
        other = bool(own) and own == [told["options"][-1]] and kind in ("single", "dropdown", "multi")
        if own and not other:
            self.lose(told["id"], _("only the last option can ask for words of one's own"))
        self.ids += 1
        qid = str(self.ids)
        self.add(
            "questions",
            qid=qid,
            parent_qid="0",
            sid="1",
            gid=gid,
            type=letter,
            title=self.codes[told["id"], ""],
            other="Y" if other else "N",
            mandatory="Y" if told.get("required") else "N",
            question_order=str(order),
            scale_id="0",
            same_default="0",
            relevance=relevance,
        )
        self._said("question_l10ns", qid, told["title"], told.get("help", ""))
        for key in GONE.get(kind, ()):
            if told.get(key) not in (None, "", False):
                self.lose(told["id"], _("“%(key)s” is not kept in a LimeSurvey file", key=key))
        if kind in ("nps", "blanks", "cascade", "time"):
            self.lose(told["id"], _("LimeSurvey has no question of this kind; the nearest is written"))
        self._hang(told, qid, gid, letter, other)
        for name, value in _attributes(told, letter, other, self):
            self.add("question_attributes", qid=qid, attribute=name, value=value, language="")

    def _said(self, table: str, qid: str, title: Any, help_: Any = "") -> None:
        for own, code in self.languages:
            self.add(
                table,
                id=self.number(table),
                qid=qid,
                question=self.words(title, own),
                help=self.words(help_, own),
                language=code,
            )

    def _hang(self, item: Mapping[str, Any], qid: str, gid: str, letter: str, other: bool) -> None:
        """Add the answers and the rows of a question."""
        kind, name = item["type"], item["id"]
        options = item.get("options", ())[: -1 if other else None]
        if kind in ("single", "dropdown", "ranking"):
            shown = [self.codes[name, f"={option['v']}"] for option in options]
            self._answers(qid, [(code, option["t"]) for code, option in zip(shown, options, strict=True)])
        elif kind == "scale" and letter == "L":
            self.lose(name, _("a scale with words is written as a single choice"), "info")
            self._answers(qid, _points(item["scale"]))
        elif kind == "nps":
            self._answers(qid, [(str(number), str(number)) for number in range(11)])
        elif kind == "cascade":
            self._answers(qid, _leaves(item["tree"]))
        elif kind == "multi":
            self._below(qid, gid, [(self._short(item, f"={option['v']}"), option["t"]) for option in options], "0")
        elif kind == "matrix":
            self._below(qid, gid, [(self._short(item, str(row["v"])), row["t"]) for row in item["rows"]], "0")
            away = item.get("allow_na")
            points = _points(item["scale"])
            self._answers(qid, points + ([("na", _("Does not apply") if away is True else away)] if away else []))
        elif letter in ("K", "Q", ":"):
            self._below(qid, gid, [(self._short(item, str(row["v"])), row["t"]) for row in self._parts(item)], "0")
            columns = item["options"] if kind == "matrix_multi" else item.get("columns") or ()
            self._below(qid, gid, [(str(column["v"]), column["t"]) for column in columns], "1")

    def _short(self, item: Mapping[str, Any], part: str) -> str:
        return self.codes[item["id"], part].rsplit("_", 1)[1]

    def _below(self, qid: str, gid: str, entries: Sequence[tuple[str, Any]], scale: str) -> None:
        for place, (code, words) in enumerate(entries, start=1):
            self.ids += 1
            self.add(
                "subquestions",
                qid=str(self.ids),
                parent_qid=qid,
                sid="1",
                gid=gid,
                type="T",
                title=code,
                question_order=str(place),
                scale_id=scale,
                relevance="1",
            )
            self._said("question_l10ns", str(self.ids), words)

    def _answers(self, qid: str, entries: Sequence[tuple[str, Any]]) -> None:
        for place, (code, words) in enumerate(entries, start=1):
            aid = self.number("answers")
            self.add("answers", aid=aid, qid=qid, code=code, sortorder=str(place), assessment_value="0", scale_id="0")
            for own, language in self.languages:
                number = self.number("answer_l10ns")
                self.add("answer_l10ns", id=number, aid=aid, answer=self.words(words, own), language=language)


def _codes(values: Sequence[str], longest: int) -> dict[str, str]:
    """Return LimeSurvey's code for each value: letters and digits, of limited length, each once."""
    taken: set[str] = set()
    made = {}
    for value in values:
        plain = re.sub(r"[^A-Za-z0-9]", "", value)[:longest] or "x"
        code, number = plain, 1
        while code in taken:
            number += 1
            code = f"{plain[: longest - len(str(number))]}{number}"
        taken.add(code)
        made[value] = code
    return made


def _attributes(item: Mapping[str, Any], letter: str, other: bool, tables: Tables) -> list[tuple[str, str]]:
    """Return the attributes of a question in LimeSurvey's names."""
    kind = item["type"]
    made: dict[str, Any] = {}
    if kind == "multi":
        alone = [str(o["v"]) for o in item["options"] if o.get("exclusive")] + list(item.get("exclusive") or ())
        codes = [tables.codes[item["id"], f"={value}"].rsplit("_", 1)[1] for value in alone]
        made |= {"min_answers": item.get("min"), "max_answers": item.get("max"), "exclude_all_others": ";".join(codes)}
    if kind == "ranking":
        made["max_answers"] = item.get("top")
    if other:
        made["other_replace_text"] = tables.words(item["options"][-1]["t"], tables.languages[0][0], always=True)
    if letter in ("N", "K"):
        made |= {"min_num_value_n": item.get("min"), "max_num_value_n": item.get("max"), **_decimals(item, tables)}
    if kind == "number":
        made["suffix"] = item.get("unit")
    if letter == ":":
        made |= {"multiflexible_min": item.get("min"), "multiflexible_max": item.get("max")}
        made["multiflexible_checkbox"] = "1" if kind == "matrix_multi" else None
    if kind == "constant_sum":
        made["equals_num_value"] = item.get("total", 100)
    if letter in ("S", "T", "U", "Q"):
        made["maximum_chars"] = item.get("max_length")
    if kind == "date":
        made |= {"date_min": item.get("min"), "date_max": item.get("max")}
    if kind == "stars":
        made["slider_rating"] = "1"
        if item.get("stars", 5) != 5:
            tables.lose(item["id"], _("LimeSurvey always shows five stars"))
    if item.get("shuffle"):
        made |= {"answer_order": "random"} if letter in ("L", "!") else {"random_order": "1"}
    return [(name, str(value)) for name, value in made.items() if value not in (None, "")]


def _decimals(item: Mapping[str, Any], tables: Tables) -> dict[str, str]:
    digits = item.get("decimals")
    if digits is None:
        digits = 6 if any(isinstance(item.get(key), float) for key in ("min", "max")) else 0
    if digits not in (0, 6):
        tables.lose(item["id"], _("the number of decimals is not kept"))
    return {"num_value_int_only": "1"} if digits == 0 else {}


def _points(scale: Mapping[str, Any]) -> list[tuple[str, Any]]:
    numbers = [str(number) for number in range(scale["min"], scale["max"] + 1)]
    labels = list(scale.get("labels") or numbers)
    if len(labels) != len(numbers):
        labels = [labels[0], *numbers[1:-1], labels[-1]]
    return list(zip(numbers, labels, strict=True))


def _leaves(tree: Sequence[Mapping[str, Any]], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for entry in tree:
        words = entry["t"] if isinstance(entry["t"], str) else next(iter(entry["t"].values()))
        path = f"{before} / {words}" if before else words
        if entry.get("options"):
            found += _leaves(entry["options"], path)
        else:
            found.append((str(entry["v"]), path))
    return found
