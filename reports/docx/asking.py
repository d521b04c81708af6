"""A question of a paper questionnaire in Word: boxes to tick, a grid, lines to write on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.blocks import Asking, Question
from reports.docx.looks import Set
from reports.docx.tables import FORM, Cell, Table
from reports.docx.xml import runs

if TYPE_CHECKING:
    from reports.docx.writer import Writer

BOX = "□"
LONG = 16
LINES = {Asking.SHORT: 1, Asking.LONG: 3}


def asked(out: "Writer", question: Question, chosen: Set, hinted: Callable[[str], str]) -> None:
    """Write a question with room to answer it."""
    language = chosen.language
    text = f"{question.number}. {question.text}"
    hint = runs(hinted(question.hint), language, style="Hint") if question.hint else ""
    out.put("Question", text, shown=runs(text, language) + hint)
    match question.kind:
        case Asking.MATRIX:
            out.form(_grid(question, chosen))
        case Asking.SHORT | Asking.LONG:
            for _line in range(LINES[question.kind]):
                out.put("Ruled", "", lines=1)
        case _:
            _choices(out, question, language)


def _choices(out: "Writer", question: Question, language: str) -> None:
    box = "（\u3000\u3000）" if question.kind is Asking.RANK else BOX
    told = [
        runs(box, language, style="Box") + runs(f" {option}", language, breaks="keep") for option in question.options
    ]
    if any(len(option) > LONG for option in question.options):
        for option, line in zip(question.options, told, strict=True):
            out.put("Options", f"{box} {option}", shown=line)
    elif told:
        gap = "\u3000\u3000"
        text = gap.join(f"{box} {option}" for option in question.options)
        out.put("Options", text, shown=runs(gap, language, breaks="keep").join(told))


def _grid(question: Question, chosen: Set) -> Table:
    columns = question.columns
    share = 70 // max(len(columns), 1)
    table = Table(chosen, (100 - share * len(columns), *(share for _each in columns)), head=True, own=FORM)
    head = (Cell((("Cell", ""),)), *(Cell((("Cell", column),), "center") for column in columns))
    table.rows.append(head)
    for row in question.rows:
        table.rows.append((Cell((("Cell", row),)), *(Cell((("BoxCell", BOX),)) for _each in columns)))
    return table
