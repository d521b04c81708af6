"""What the pages of exchange share: their blueprint, and how a file is handed out."""

import io

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

bp = Blueprint("exchange", __name__, url_prefix="/app")


def handed_out(content: bytes, mimetype: str, name: str) -> ResponseReturnValue:
    """Return a file under its name; no browser keeps it for later."""
    return send_file(io.BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name, max_age=0)
