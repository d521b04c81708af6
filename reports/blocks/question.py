"""A question on paper."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter


class Asking(StrEnum):
    """How a question is put on paper."""

    ONE = "one"
    SEVERAL = "several"
    SCALE = "scale"
    MATRIX = "matrix"
    RANK = "rank"
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Question(Block):
    """One question of a paper questionnaire, with its options, or the rows and columns of its grid."""

    number: str
    text: str
    hint: str = ""
    kind: Asking = Asking.ONE
    options: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    HTML: ClassVar[str] = """
{%- set block = part.block -%}
{%- set long = block.options and (block.options|map("length")|max) > 16 -%}
<div class="ask"><p class="text">{{ put(block.number) }}. {{ put(block.text) }}{% if block.hint %}<span class="hint">{{ put(hinted(block.hint)) }}</span>{% endif %}</p>
{%- if block.kind in ("one", "several", "rank") %}<p class="options{% if long %} long{% endif %}">
{%- for option in block.options %}<span><span class="box{% if block.kind == "rank" %} rank{% endif %}"></span>{{ put(option) }}</span> {% endfor %}</p>
{%- elif block.kind == "scale" %}<p class="options scale">
{%- for option in block.options %}<span><span class="box"></span>{{ put(option) }}</span> {% endfor %}</p>
{%- elif block.kind == "matrix" %}<table><colgroup><col class="w30">{% for column in block.columns %}<col>{% endfor %}</colgroup><thead><tr>{% if web %}<td></td>{% else %}<th></th>{% endif %}{% for column in block.columns %}<th scope="col">{{ put(column) }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in block.rows %}<tr><th scope="row" class="stub">{{ put(row) }}</th>{% for column in block.columns %}<td><span class="box alone"></span></td>{% endfor %}</tr>{% endfor %}</tbody></table>
{%- else %}{% for line in range(1 if block.kind == "short" else 3) %}<div class="ruled"></div>{% endfor %}{% endif %}</div>
"""  # noqa: E501

    def markdown(self, out: MarkdownWriter) -> None:
        """Write the question with its options as a list."""
        out.question(self)

    def docx(self, out: DocxWriter) -> None:
        """Write the question with room to answer."""
        out.question(self)
