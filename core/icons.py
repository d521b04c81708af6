"""Icons: single SVG files drawn into the page, so that no icon font is fetched."""

from functools import cache

from flask import Flask
from markupsafe import Markup

from core.settings import ROOT

FOLDER = ROOT / "static" / "vendor" / "icons"


@cache
def icon(name: str) -> Markup:
    """Return the icon's SVG, hidden from screen readers: the words beside it say what it means."""
    drawing = (FOLDER / f"{name}.svg").read_text(encoding="utf-8").strip()
    return Markup(drawing.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def init_app(app: Flask) -> None:
    """Offer `icon` to templates."""
    app.jinja_env.globals["icon"] = icon
