"""Random questionnaires, written in each dialect the way its tool does, are read back as they were."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.formats.base import items
from surveys.formats.text import PastedText
from tests.conftest import words_of_errors

WORDS = st.text(
    st.sampled_from("食堂宿舍班车培训安全奖金休假调度岗位支部工会党课学习环境设备食品"), min_size=2, max_size=8
)
LISTS = st.lists(WORDS, min_size=3, max_size=6, unique=True)
Item = dict[str, Any]


@st.composite
def an_item(draw: st.DrawFn) -> Item:
    kind = draw(st.sampled_from(["single", "multi", "long_text", "scale", "matrix", "ranking"]))
    made: Item = {"type": kind, "title": draw(WORDS), "required": draw(st.booleans())}
    if kind in ("single", "multi", "ranking"):
        made["options"] = draw(LISTS)
        made["other"] = kind != "ranking" and draw(st.booleans())
        if kind == "multi":
            made["max"] = draw(st.sampled_from([None, 2, 3]))
    if kind == "scale":
        made["high"] = draw(st.sampled_from([5, 7, 10]))
    if kind == "matrix":
        made["rows"], made["columns"] = draw(LISTS), ["不满意", "一般", "满意"]
    return made


def told(item: Item) -> Item:
    """Return what is read, in the shape of what was drawn."""
    made: Item = {"type": item["type"], "title": item["title"], "required": item.get("required", False)}
    if "options" in item:
        made["options"] = [option["t"] for option in item["options"] if not option.get("text")]
        made["other"] = any(option.get("text") for option in item["options"])
    if item["type"] == "multi":
        made["max"] = item.get("max")
    if item["type"] == "scale":
        made["high"] = item["scale"]["max"]
    if item["type"] == "matrix":
        made["rows"], made["columns"] = [row["t"] for row in item["rows"]], item["scale"]["labels"]
    return made


TAGS = {"single": "单选题", "multi": "多选题", "long_text": "简答题", "scale": "量表题", "matrix": "矩阵单选题"}
TAGS["ranking"] = "排序题"


def editor(place: int, item: Item) -> list[str]:
    """Write as the editor of 问卷星 does."""
    limit = f"【最多选择{item['max']}项】" if item.get("max") else ""
    head = f"{place}. {item['title']}{'*' if item['required'] else ''}[{TAGS[item['type']]}]{limit}"
    if item["type"] == "matrix":
        return [head, " ".join(item["columns"]), *item["rows"], ""]
    if item["type"] == "scale":
        return [head, f"1~{item['high']}", ""]
    return [head, *item.get("options", []), *(["其他____"] if item.get("other") else []), ""]


def kit(place: int, item: Item) -> list[str]:
    """Write as the AI kit of 问卷星 does."""
    limit = f"【请选择1-{item['max']}项】" if item.get("max") else ""
    head = f"{place}. {item['title']}[{TAGS[item['type']]}]{limit}{'' if item['required'] else '（选填）'}"
    if item["type"] == "matrix":
        return [head, "行：", *(f"- {row}" for row in item["rows"]), "列：", *(f"- {c}" for c in item["columns"]), ""]
    return [head, *editor(place, item)[1:]]


def exported(place: int, item: Item) -> list[str]:
    """Write as the Word export of 问卷星 does."""
    head = f"{place}. {item['title']} [{TAGS[item['type']]}]{' *' if item['required'] else ''}"
    head += f" 【最多选择{item['max']}项】" if item.get("max") else ""
    sign = "□" if item["type"] == "multi" else "○"
    if item["type"] == "matrix":
        rows = ["\t".join([row, *("○" for _column in item["columns"])]) for row in item["rows"]]
        return [head, "\t".join(["", *item["columns"]]), *rows, ""]
    if item["type"] == "scale":
        return [head, "很差\t" + "\t".join(f"○{point}" for point in range(1, item["high"] + 1)) + "\t很好", ""]
    other = [f"{sign}其他 _________________"] if item.get("other") else []
    return [head, *(f"{sign}{words}" for words in item.get("options", [])), *other, ""]


def tencent(_place: int, item: Item) -> list[str]:
    """Write as 腾讯问卷 does: no numbers, settings in brackets."""
    kind = {**TAGS, "long_text": "多行文本题"}[item["type"]]
    limit = f"[最多选{item['max']}项]" if item.get("max") else ""
    head = f"{item['title']}[{kind}][{'必答' if item['required'] else '选答'}]{limit}"
    return [head, *editor(1, item)[1:]]


def word(place: int, item: Item) -> list[str]:
    """Write as a secretary does in Word: letters, hints in round brackets, several options on one line."""
    hint = {"multi": "（可多选）", "single": "（单选）", "ranking": "（请排序）"}.get(item["type"], "")
    hint = f"（最多选{item['max']}项）" if item.get("max") else hint
    head = f"{place}、{item['title']}{hint}{'（必答）' if item['required'] else ''}"
    if item["type"] == "matrix":
        rows = [row + "　" + "　".join("□" + column for column in item["columns"]) for row in item["rows"]]
        return [f"{head}：", *(f"（{at}）{row}" for at, row in enumerate(rows, start=1))]
    if item["type"] == "scale":
        return [head, "很差 " + " ".join(str(point) for point in range(1, item["high"] + 1)) + " 很好"]
    if item["type"] == "long_text":
        return [f"{head}的建议：", "____________________"]
    options = [*item["options"], *(["其他（请注明）____"] if item.get("other") else [])]
    marked = [f"{chr(65 + at)}{'.、．'[at % 3]}{words}" for at, words in enumerate(options)]
    return [head, *("  ".join(marked[at : at + 2]) for at in range(0, len(marked), 2))]


@pytest.mark.parametrize("write", [editor, kit, exported, tencent, word], ids=lambda write: write.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(an_item(), min_size=2, max_size=8))
def test_reads_back_what_each_tool_writes(write: Callable[[int, Item], list[str]], drawn: list[Item]) -> None:
    if not any(item["required"] for item in drawn):  # without a single mark a text says nothing about it
        drawn[0]["required"] = True
    if write is kit:  # this dialect marks only what need not be answered
        drawn[-1]["required"] = False
    lines = ["职工情况问卷", "", *(line for at, item in enumerate(drawn, start=1) for line in write(at, item))]
    with words_of_errors():
        found = PastedText().read("\n".join(lines).encode(), "a.txt").definition
    assert found is not None
    wanted = [dict(item) for item in drawn]
    if write is word:
        for item in wanted:
            item["title"] += "的建议" if item["type"] == "long_text" else ""
    assert [told(item) for item in items(found)] == wanted
