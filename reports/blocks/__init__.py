"""What a report is made of: plain frozen blocks, the same for every format, kept as JSON.

A block is one file here: a frozen dataclass that carries its data and how each format shows it. It is found by
itself. Texts are plain text in the document's language; nothing in them is ever read as markup.
"""

from reports.blocks.annex import Annex as Annex
from reports.blocks.base import Block as Block
from reports.blocks.base import DocxWriter as DocxWriter
from reports.blocks.base import MarkdownWriter as MarkdownWriter
from reports.blocks.base import Room as Room
from reports.blocks.chart import Chart as Chart
from reports.blocks.claim import Claim as Claim
from reports.blocks.document import STYLES as STYLES
from reports.blocks.document import Document as Document
from reports.blocks.document import Style as Style
from reports.blocks.heading import Heading as Heading
from reports.blocks.imprint import Imprint as Imprint
from reports.blocks.items import Items as Items
from reports.blocks.key_figures import KeyFigure as KeyFigure
from reports.blocks.key_figures import KeyFigures as KeyFigures
from reports.blocks.note import Note as Note
from reports.blocks.paragraph import Paragraph as Paragraph
from reports.blocks.question import Asking as Asking
from reports.blocks.question import Question as Question
from reports.blocks.quotes import Quote as Quote
from reports.blocks.quotes import Quotes as Quotes
from reports.blocks.signature import Signature as Signature
from reports.blocks.storage import from_json as from_json
from reports.blocks.storage import kind_of as kind_of
from reports.blocks.storage import kinds as kinds
from reports.blocks.storage import to_json as to_json
from reports.blocks.table import Table as Table
from reports.blocks.trace import Trace as Trace
