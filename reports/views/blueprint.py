"""Where the pages of reports hang, and how they name files."""

import io
import re

from flask import Blueprint, g, send_file
from flask.typing import ResponseReturnValue

from core.i18n import LANGUAGES
from core.terms import ReportStyle

bp = Blueprint("reports", __name__, url_prefix="/app")


def handed_out(content: bytes, name: str) -> ResponseReturnValue:
    """Hand out a PDF under a name."""
    return send_file(io.BytesIO(content), "application/pdf", as_attachment=True, download_name=name)


def plain_name(title: str, kind: str) -> str:
    """Return the file name of something printed for `title`."""
    plain = re.sub(r'[\\/:*?"<>|\s]+', "_", f"{title}_{kind}").strip("_")
    return f"{plain}.pdf"


def asked(style: str, language: str) -> tuple[ReportStyle, str]:
    """Return the layout and language asked for, the house's own for what is none."""
    wanted = ReportStyle(style) if style in list(ReportStyle) else ReportStyle.GONGWEN
    return wanted, language if language in LANGUAGES else g.organisation.language
