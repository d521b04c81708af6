"""Tables, trees and blanks written in text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.formats.text_body import CELL, choices, inline
from surveys.formats.text_hints import title
from surveys.formats.text_lines import BLANK, BOXES, BULLET, GLYPH, Line, Mark, cells, lettered, numbering, ticked, tidy
from surveys.formats.text_scales import GRADES, Scale, points, span

TRAILING = re.compile(rf"(?:[\s:：]*(?:[{GLYPH}〇]|[(（\[]\s*[)）\]]|_{{2,}}+|(?<=\s)\d{{1,2}}(?=\s|$)))+\s*$")
RULED = re.compile(r"[\s|:+\-—–=]+")
CORNER = re.compile(
    r"(?:序号|编号|项目|评价(?:项目|内容|指标)|内容|姓名|对象|题目|指标|问题|方面|维度|item|statement"
    r"|aspect|no\.?|#)?\s*[/\\]?\s*(?:评价|程度|选项)?",
    re.I,
)
WAY_OUT = re.compile(r"不涉及|不适用|不適用|未涉及|n/?a|not applicable|does not apply", re.I)
FIELD = re.compile(
    r"(?P<label>[^_:：,，;；、。\s(（)）][^_:：,，;；。]*?)?\s*[:：]?\s*(?P<blank>_{2,}|\{_+\}|\.{5,}|…{3,})"
)
PARTS = re.compile(r"\s*(?:\+|/|>|→|->|－|—|-|\|)\s*")


@dataclass(slots=True)
class Grid:
    """A table of rows and columns; `signs`: what stood in its cells."""

    rows: list[Mark]
    columns: list[str]
    scale: Scale | None = None
    signs: set[str] = field(default_factory=set)


def grid(entries: Sequence[Line], *, known: bool) -> Grid | None:
    """Return the table some lines write, or None. `known`: a tag or the wording said that it is one."""
    lines = [line for line in entries if not RULED.fullmatch(line.text)]
    if len(lines) < 2:
        return None
    same = _same_options(lines)
    if same:
        return same
    header, rest = lines[0], lines[1:]
    columns, scale = _header(header, known=known)
    if scale is None and len(columns) < 2:
        return None
    rows: list[Mark] = []
    signs: set[str] = set()
    wide = 0
    for line in rest:
        label, found = _row(line)
        signs.update(found)
        wide = max(wide, len(cells(line.raw)))
        if label:
            rows.append(Mark("", label, line.number))
    if len(columns) > 2 and (not columns[0] or CORNER.fullmatch(columns[0]) or (len(columns) == wide and signs)):
        columns = columns[1:]
    columns = [column for column in columns if column]
    tabbed = header.raw.strip("\n").count("\t") > 2 and all(len(list(filter(None, cells(x.raw)))) < 2 for x in rest)
    if not known and not tabbed and not _convincing(columns, scale, signs, rest):
        return None
    return Grid(rows, columns, scale, signs) if rows and (scale or len(columns) > 1) else None


def _convincing(columns: Sequence[str], scale: Scale | None, signs: set[str], rest: Sequence[Line]) -> bool:
    """Say whether lines nobody called a table are one."""
    if any(sign and sign in GLYPH + "〇([（" for sign in signs) and len(rest) > 1:
        return len(columns) > 1 or scale is not None
    if any(ticked(line.text) or lettered(line.text)[:1] for line in rest):
        return False
    graded = sum(1 for column in columns if GRADES.search(column))
    return (
        len(rest) > 1 and (graded * 2 > len(columns) or scale is not None) and all(len(cells(x.raw)) == 1 for x in rest)
    )


def _header(line: Line, *, known: bool) -> tuple[list[str], Scale | None]:
    scale = span(line.text)
    if scale:
        return [], scale
    _words, marks = inline(line.text, line.number)
    if not _words.strip() and len(marks) > 1:
        columns = [mark.words for mark in marks]
    else:
        columns = [tidy(re.sub(rf"^[{GLYPH}]\s*|^[A-Ha-h]\s*[.、．)）]\s*", "", cell)) for cell in cells(line.raw)]
        if len(columns) < 2 and "/" in line.text:
            columns = [part.strip() for part in line.text.split("/")]
        if len(columns) < 2 and (known or GRADES.search(line.text)):
            split = (
                line.text.split() if not re.search(r"[A-Za-z]", line.text) else re.split(r"\s{2,}|[,;]\s*", line.text)
            )
            columns = split if len(split) > 1 else [part for part in re.split(r"[、,，]", line.text) if part]
    pointed = points([Mark("", column, line.number) for column in columns if column])
    return columns, pointed


def _row(line: Line) -> tuple[str, set[str]]:
    """Return a row's words and the signs in its cells."""
    parts = cells(
        re.sub(r"(?:\s+[oO○□](?=\s|$)){2,}", lambda match: match[0].replace("o", " ○ ").replace("O", " ○ "), line.raw)
    )
    filled = [part for part in parts if part]
    if sum(1 for part in filled if part in ("o", "O", "0")) > 1:
        filled = ["○" if part in ("o", "O", "0") else part for part in filled]
    label = next((part for part in filled if not CELL.fullmatch(part)), "")
    if len(filled) > 1 and numbering(line.text) and label and re.fullmatch(r"\d{1,2}[.、．]?", filled[0]):
        label = next((part for part in filled[1:] if not CELL.fullmatch(part)), label)
    signs = {part[0] for part in filled if part is not label and CELL.fullmatch(part)}
    match = TRAILING.search(label)
    if match and match.start():
        signs.update(re.findall(rf"[{GLYPH}_〇]|[(（\[]", match[0]))
        label = label[: match.start()]
    label = BULLET.sub("", label, count=1)
    number = numbering(label, ("wrapped", "circled", "paren", "dot", "space"))
    label = number.rest if number and number.rest else label
    label = re.sub(r"^[A-Za-z]\s*[.、．)）]\s*", "", label)
    return tidy(label).rstrip(":：").strip(), signs


def _same_options(lines: Sequence[Line]) -> Grid | None:
    """Return a table where every row repeats the same options: 食堂：□满意 □一般 □不满意."""
    rows: list[Mark] = []
    columns: list[str] | None = None
    signs: set[str] = set()
    scale: Scale | None = None
    for line in lines:
        number = numbering(line.text, ("wrapped", "circled", "paren", "dot", "space"))
        words = number.rest if number and number.rest else BULLET.sub("", line.text, count=1)
        label, marks = inline(words, line.number)
        words = re.sub(r"^[A-Za-z]\s*[.、．)）]\s*(?=\S)", "", words)
        answers = re.fullmatch(r"(.*?[?？:：])\s*(yes|y|是)\s*[/／]\s*(no|n|否)", words, re.I)
        if answers:
            label, marks = answers[1], [Mark("", answers[part], line.number) for part in (2, 3)]
        if len(marks) < 2:
            match = re.fullmatch(r"(.*?[^\d\s])[\s:：]+((?:\d{1,2}[\s,，、/]+){2,}\d{1,2})", words)
            scale = span(match[2]) if match else None
            if not match or scale is None:
                return None
            label, marks = match[1], [Mark("", str(point), line.number) for point in range(scale.low, scale.high + 1)]
        said = [mark.words for mark in marks]
        if not label.strip(" :：") or (columns is not None and said != columns):
            return None
        columns = said
        signs.update(mark.sign for mark in marks)
        rows.append(Mark("", title(label), line.number))
    if columns is None or len(rows) < 2:
        return None
    return Grid(rows, columns, scale or points([Mark("", word, 0) for word in columns]), signs)


def several(grid: Grid) -> bool:
    """Say whether the cells are boxes, of which several may be ticked."""
    return bool(grid.signs) and all(sign in BOXES for sign in grid.signs if sign)


def scale_of(columns: Sequence[str]) -> tuple[dict[str, Any], str]:
    """Return the scale that columns of words make, and the words of a way out ("" for none)."""
    way_out = columns[-1] if len(columns) > 2 and WAY_OUT.fullmatch(columns[-1]) else ""
    labels = list(columns[:-1] if way_out else columns)
    return {"min": 1, "max": len(labels), "labels": labels}, way_out


def tree(entries: Sequence[Line]) -> tuple[list[str], list[dict[str, Any]]] | None:
    """Return the levels and the branches of a cascade: a line of level names, then 甲+乙 lines or indented lines."""
    if not entries:
        return None
    joined = [bool(re.search(r"\S\s*(?:\+|/|>|→|->|－|—|-|\|)\s*\S", line.text)) for line in entries]
    levels = re.split(r"[\s\t]+|\s*[/>→+、]\s*", entries[0].text) if not joined[0] or len(entries) == 1 else []
    if (
        len(entries) > 1
        and joined[0]
        and re.fullmatch(r"(?:.{1,8}级|公司|部门|班组|省份?|.{1,6})(?:\s*[/>→+-]\s*.{1,8})+", entries[0].text)
    ):
        heads = PARTS.split(entries[0].text)
        if not any(line.text.startswith(heads[0]) for line in entries[1:]):
            levels = heads
    rest = entries[1:] if levels else entries
    paths = [PARTS.split(line.text) for line in rest] if any(joined[-len(rest) :]) else _indented(rest)
    if not paths:
        return None
    branches: list[dict[str, Any]] = []
    for path in paths:
        _grow(branches, [part for part in path if part])
    deep = max(len(path) for path in paths)
    names = [level for level in levels if level][:deep]
    return names + [str(place + 1) for place in range(len(names), deep)], branches


def _indented(lines: Sequence[Line]) -> list[list[str]]:
    stack: list[tuple[int, str]] = []
    paths = []
    for line in lines:
        marks, *_rest = choices([line])
        words = marks[0].words if marks else line.text
        while stack and stack[-1][0] >= line.indent:
            stack.pop()
        stack.append((line.indent, words))
        paths.append([name for _indent, name in stack])
    return paths


def _grow(branches: list[dict[str, Any]], path: Sequence[str]) -> None:
    if not path:
        return
    for branch in branches:
        if branch["t"] == path[0]:
            break
    else:
        branch = {"t": path[0]}
        branches.append(branch)
    if len(path) > 1:
        _grow(branch.setdefault("options", []), path[1:])


def valued(branches: Sequence[dict[str, Any]], stem: str = "") -> list[dict[str, Any]]:
    """Return a tree with values: c1, c1_2 ..."""
    found = []
    for place, branch in enumerate(branches, start=1):
        value = f"{stem}_{place}" if stem else f"c{place}"
        made = {"v": value, "t": branch["t"]}
        if branch.get("options"):
            made["options"] = valued(branch["options"], value)
        found.append(made)
    return found


def blanks(text: str) -> list[str]:
    """Return the words before each blank of a text, "" where there are none."""
    return [(match["label"] or "").strip() for match in FIELD.finditer(text)]


def count_blanks(text: str) -> int:
    """Return how many blanks a text has."""
    return len(BLANK.findall(text))
