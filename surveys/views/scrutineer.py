"""The page on which a scrutineer's device makes its key; the server sends a script and learns nothing."""

from flask import current_app, g
from flask.typing import ResponseReturnValue

from core.access import public
from core.i18n import HTML_LANG, LANGUAGES, language
from surveys.views.blueprint import bp


@bp.get("/scrutineer")
@bp.get("/scrutineer/<any(zh,en):lang>")
@public
def scrutineer(lang: str = "") -> ResponseReturnValue:
    """Explain what a scrutineer does, and let the browser make a key."""
    g.language = lang or language()
    return current_app.jinja_env.get_template("surveys/scrutineer.html").render(
        lang=g.language, html_lang=HTML_LANG[g.language], languages=LANGUAGES
    )
