"""A whole report."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from reports.blocks.base import Block
from reports.blocks.key_figures import KeyFigure

Style = Literal["gongwen", "summary"]
STYLES: tuple[Style, ...] = get_args(Style)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language: what stands above the text, the blocks, and what stands below.

    `title` may hold line breaks. `masthead` and `number` make the red head of an official letter, `copies_to` and
    `printed_by` the record at its foot; `kicker`, `dek` and `key_figures` open a research summary. `notes_at` says
    whether footnotes stand on their page or at the end, and `edition` what the issued report is called by.
    """

    title: str
    organisation: str
    date: date
    language: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    addressee: str = ""
    masthead: str = ""
    number: str = ""
    contents: bool = False
    kicker: str = ""
    dek: str = ""
    key_figures: tuple[KeyFigure, ...] = ()
    copies_to: str = ""
    printed_by: str = ""
    notes_at: Literal["page", "end"] = "page"
    edition: str = ""
