"""What people call the columns of a codebook and of coded passages."""

import re
from collections.abc import Sequence

from core.i18n import lazy

NAMES: dict[str, tuple[str, ...]] = {
    "name": ("诉求", "诉求名称", "问题", "编码", "代码", "节点", "concern", "code", "codename", "name", "tag", "label"),
    "theme": ("主题", "类目", "大类", "类别", "一级编码", "上级", "theme", "parent", "category", "group"),
    "summary": ("概述", "摘要", "说明", "描述", "定义", "summary", "description", "definition", "memo"),
    "includes": ("包括", "包含", "哪些算", "纳入", "纳入标准", "whatbelongshere", "include", "includes", "inclusion"),
    "excludes": (
        *("不包括", "不包含", "哪些不算", "排除", "排除标准"),
        *("whatdoesnotbelonghere", "exclude", "excludes", "exclusion"),
    ),
    "text": (
        "原话",
        "语句",
        "片段",
        "摘录",
        "文本",
        "内容",
        "passage",
        "excerpt",
        "quote",
        "segment",
        "text",
        "content",
    ),
}
TITLES = {
    "name": lazy("Concern"),
    "theme": lazy("Theme"),
    "summary": lazy("Summary"),
    "includes": lazy("What belongs here"),
    "excludes": lazy("What does not belong here"),
    "passages": lazy("Number of passages"),
    "voices": lazy("Number of voices"),
    "since": lazy("First raised"),
    "source": lazy("Source"),
    "kind": lazy("Kind"),
    "text": lazy("Passage"),
}
SEEN = 10  # rows at the top among which the header is looked for


def title(name: str) -> str:
    """Return what a column is called in the reader's language."""
    return str(TITLES[name])


def places(cells: Sequence[str]) -> dict[str, int]:
    """Return where each column we know stands in a row of headers; the first of two alike wins."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        key = re.sub(r"[\W_]+", "", cell).casefold()
        name = next((name for name, known in NAMES.items() if key in known), None)
        if name is not None:
            found.setdefault(name, at)
    return found
