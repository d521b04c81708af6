"""The notice board on paper: A3 across, what people said and what was done about it, with the last change."""

from collections.abc import Sequence

from flask import render_template
from markupsafe import Markup

from concerns.board import Line, Setting
from core.i18n import _, day, speaking
from core.qr import drawn as qr
from reports.html import setting as typesetting
from reports.pdf import print_pdf

FEW = 5  # notices that still stand well in two columns


def printed(lines: Sequence[Line], setting: Setting, *, organisation: str, link: str, language: str) -> bytes:
    """Print what stands on the board as a tagged PDF; `link` leads to it from a phone, "" where it is for members."""
    with speaking(language):
        html = render_template(
            "reports/board_sheet.html",
            title=setting.title,
            organisation=organisation,
            introduction=setting.introduction,
            lines=lines,
            few=len(lines) < FEW,
            code=qr(link) if link else Markup(""),
            changed=_("Last change %(day)s", day=day(setting.changed_on)) if setting.changed_on else "",
            **typesetting(language, setting.title),
        )
        return print_pdf(html)
