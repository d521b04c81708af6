"""Pasted text: a corpus over all dialects, and the law that no line goes missing."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questions import types
from surveys import instruments
from surveys.formats import formats, read
from surveys.formats.base import ERROR, Reading, items
from surveys.formats.text import PastedText
from surveys.formats.text_lines import clean, split
from tests.conftest import words_of_errors

TEXTS = sorted(Path(__file__).parent.joinpath("texts").glob("*.txt"))
SETTINGS = ("min", "max", "scale", "stars", "total", "top", "unit", "yes", "no", "help", "levels", "allow_na")
LOGIC = ("show_if", "jumps", "max_length")
WORDS = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]{2,}")
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def reading(text: str, encoding: str = "utf-8") -> Reading:
    return PastedText().read(text.encode(encoding), "a.txt")


def told(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item as the expectations write it: options as words, + asks for words, ! excludes others."""
    made: dict[str, Any] = {"type": item["type"], "title": item["title"]}
    if item.get("required"):
        made["required"] = True
    if "options" in item:
        made["options"] = [
            o["t"] + ("+" if o.get("text") else "") + ("!" if o.get("exclusive") else "") for o in item["options"]
        ]
    for key in ("rows", "columns", "blanks"):
        if isinstance(item.get(key), list):
            made[key] = [entry["t"] for entry in item[key]]
    return made | {key: item[key] for key in (*SETTINGS, *LOGIC) if key in item}


def unaccounted(text: str, found: Reading) -> list[int]:
    """Return the non-empty lines that are neither in the result nor in a note."""
    noted = {note.line for note in found.notes}
    lines = {number for number, line in enumerate(split(text), start=1) if clean(line).strip()}
    return sorted(lines - found.used - noted)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_reads_the_corpus(path: Path, app: Any) -> None:
    wanted = yaml.safe_load(path.with_suffix(".expected.yaml").read_text())
    text = path.read_text()
    found = reading(text)
    assert found.definition is not None
    assert found.definition["title"] == wanted["title"] or wanted["title"].startswith("Untitled")
    assert [told(item) for item in items(found.definition)] == wanted["items"]
    assert sorted({n.line for n in found.notes if n.level == "warning" and n.line}) == wanted.get("warned", [])
    assert unaccounted(text, found) == []
    assert list(instruments.problems(found.definition)) == []
    assert [item["id"] for item in items(found.definition) if item["type"] != "note"] == [
        f"q{place}" for place in range(1, 1 + sum(item["type"] != "note" for item in items(found.definition)))
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_what_counts_as_used_is_in_the_definition(path: Path, app: Any) -> None:
    text = path.read_text()
    assert pretended(text, reading(text), (*TELLING, *LISTING)) == []


TELLING = ("分部分标题", "卷首语", "说明文字", "Section", "Introduction", "Text")
LISTING = ("选项", "Answers")


def pretended(text: str, found: Reading, kinds: tuple[str, ...] = TELLING) -> list[str]:
    """Return the lines said to be used of which not one word is in the definition; mere points have no words."""
    whole = json.dumps(found.definition, ensure_ascii=False)
    told = [
        line
        for number, line in enumerate(split(text), start=1)
        if found.became.get(number) in kinds and not re.match(r"\s*\d+\s*分", line)
    ]
    return [line for line in told if (words := WORDS.findall(line)) and not any(word in whole for word in words)]


def test_score(app: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Print, by dialect, how much of the corpus is read right; none may fall below what was reached."""
    score: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for path in TEXTS:
        wanted = yaml.safe_load(path.with_suffix(".expected.yaml").read_text())["items"]
        found = [told(item) for item in items(reading(path.read_text()).definition or {})]
        line = score[path.stem.split("_")[0]]
        for place, item in enumerate(wanted):
            same = found[place] if place < len(found) else {}
            line[0] += same == item
            line[1] += 1
            right = set(item.get("options", ())) & set(same.get("options", ()))
            line[2] += len(right)
            line[3] += len(item.get("options", ()))
    with capsys.disabled():
        for dialect, (right, all_, options, all_options) in sorted(score.items()):
            print(f"\n  {dialect:12} items {right}/{all_}  options {options}/{all_options}", end="")
    assert len(TEXTS) >= 40
    assert all(line[0] == line[1] and line[2] == line[3] for line in score.values())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_writes_what_it_reads_back(path: Path, app: Any) -> None:
    first = reading(path.read_text()).definition
    assert first is not None
    written = formats["text"].write(first)
    again = formats["text"].read(written.content, written.name).definition
    assert again is not None
    said = {"zh": {"yes": "是", "no": "否"}, "en": {"yes": "Yes", "no": "No"}}[first["lang"]]
    whole = [({**said, **item} if item["type"] == "yes_no" else item) for item in items(first)]
    assert [_rounded(item) for item in items(again)] == [_rounded(item) for item in whole]
    assert (again["title"], again.get("intro")) == (first["title"], first.get("intro"))


def _rounded(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item with blanks of one length."""
    return {**item, "title": re.sub(r"_{2,}", "____", item["title"])}


@pytest.mark.parametrize("path", TEXTS[::4], ids=lambda path: path.stem)
@pytest.mark.parametrize("change", ["crlf", "bom", "gb18030", "wide", "unseen"])
def test_reads_the_same_however_it_is_written(path: Path, change: str, app: Any) -> None:
    text = path.read_text()
    wanted = reading(text).definition
    changed = {
        "crlf": lambda: text.replace("\n", "\r\n").encode(),
        "bom": lambda: text.encode("utf-8-sig"),
        "gb18030": lambda: text.encode("gb18030"),
        "wide": lambda: text.replace("[", "［").replace("]", "］").encode(),
        "unseen": lambda: text.replace("\n", "\u200b\n\ufeff").encode(),
    }[change]()
    assert PastedText().read(changed, "a.txt").definition == wanted


JUNK = st.text(
    st.sampled_from(
        "1234ABCab.、．)）(（:：?？*_-=~|[]【】{}□○☐●√/\t  "
        "　一二三题选项第跳至请您的满意是否其他多单行列NoYes。，,;；%&<>#\u200b"
    )
    | st.characters(),
    max_size=40,
)


@QUICK
@given(st.lists(JUNK, max_size=30))
def test_loses_no_line_of_junk(lines: list[str]) -> None:
    text = "\n".join(lines)
    with words_of_errors():
        found = PastedText().read(text.encode("utf-8", "replace"), "a.txt")
    text = text.encode("utf-8", "replace").decode()
    assert found.definition is None or all(item["title"] for item in items(found.definition))
    if "\0" not in text:
        assert unaccounted(text, found) == []


@QUICK
@given(st.sampled_from(TEXTS), st.data())
def test_accounts_for_every_line_of_a_damaged_text(path: Path, data: st.DataObject) -> None:
    lines = path.read_text().split("\n")
    for _again in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, max(len(lines) - 1, 0)))
        deed = data.draw(st.sampled_from(["delete", "double", "swap", "junk"]))
        if deed == "delete" and len(lines) > 1:
            del lines[place]
        elif deed == "double":
            lines.insert(place, lines[place])
        elif deed == "swap":
            lines[place], lines[0] = lines[0], lines[place]
        else:
            lines.insert(place, data.draw(JUNK).replace("\0", ""))
    text = "\n".join(lines).encode("utf-8", "replace").decode()
    with words_of_errors():
        found = reading(text)
        assert unaccounted(text, found) == []
        if found.definition is not None:
            assert pretended(text, found) == []
            kinds = {item["type"] for item in items(found.definition)}
            assert kinds <= set(types)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02", None),
        (b"PK\x03\x04", None),
        ("谢谢大家".encode(), None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_says_why_nothing_can_be_made_of_it(content: bytes, said: str | None, app: Any) -> None:
    found = read(content, "a.txt", "text", language="en")
    assert not found.usable
    assert any(note.level == ERROR for note in found.notes)


def test_reports_what_has_no_place_here(app: Any) -> None:
    found = reading("调查\n1. 请签名[手写签名题]\n2. 您的性别[单选题]\n男 (2分)\n女\n如果天气好请随意\n第9题选A请回答")
    assert found.definition is not None
    assert [item["title"] for item in items(found.definition)] == ["您的性别"]
    assert {note.line for note in found.notes if note.level == "warning"} >= {2, 4, 7}


def test_tells_that_a_jump_back_is_not_clear(app: Any) -> None:
    found = reading("问卷\n1. 甲？\nA. 是的\nB. 不是\n2. 乙？\nA. 好（跳至第1题）\nB. 坏")
    assert found.definition is not None
    assert all("jumps" not in item for item in items(found.definition))
    assert any(note.line == 6 and note.level == "warning" for note in found.notes)
