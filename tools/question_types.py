"""Write docs/question-types.md from the question types themselves."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from questions import types  # noqa: E402
from questions.base import QuestionType  # noqa: E402

PAGE = ROOT / "docs" / "question-types.md"
INTRO = """# Question types

Made by `python tools/question_types.py` from `questions/*.py`; a test fails when a type is missing here.
A new type is one file in `questions/` and one template in `templates/questions/` (macros `draw(field)` and
`paper(item)`), plus its example in `tests/questions/examples.py`.

Every type takes `id`, `type`, `title` and, besides, `help`, `required`, `show_if` and `jumps`; every type works
without JavaScript, with a keyboard and with a screen reader, and holds no answer when it is off the path.
Options are `{v, t}` with, where it applies, `text: true` (asks for own words), `show_if`, `fixed: true` (keeps its
place when the options are shuffled) and `exclusive: true` (never chosen together with others).
"""


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([INTRO, *(_section(kind) for kind in types.values())])


def _section(kind: QuestionType) -> str:
    said = [f"## {kind.label} `{kind.key}`", "", str(kind.hint), ""]
    said += [f"*{_first(kind)}*", ""]
    if kind.aliases:
        said += [f"Also written as {', '.join(f'`{name}`' for name in kind.aliases)}.", ""]
    if kind.settings:
        said += ["| setting | what | kind | |", "|---|---|---|---|"]
        for setting in kind.settings:
            limits = f"{setting.low} to {setting.high}" if setting.low is not None and setting.high is not None else ""
            choices = ", ".join(f"`{value}` {label}" for value, label in setting.choices)
            rest = " ".join(part for part in (str(setting.help), choices, limits) if part)
            said.append(f"| `{setting.key}` | {setting.label} | {setting.kind.value} | {rest} |")
        said.append("")
    return "\n".join(said)


def _first(kind: QuestionType) -> str:
    return (type(kind).__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    from app import create_app

    with create_app().test_request_context("/?lang=en", headers={"Accept-Language": "en"}):
        PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(types)} types")
