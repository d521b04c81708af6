"""The form of an organisation's own words."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from core.i18n import lazy
from forms.base import HouseForm

LONGEST = 20_000  # code points in a list as it is typed
_AREA = {"rows": 9, "maxlength": LONGEST}


class VocabularyForm(HouseForm):
    """Words to keep whole and words to leave out."""

    words = TextAreaField(lazy("Words of ours"), [Length(max=LONGEST)], render_kw=_AREA)
    stop = TextAreaField(lazy("Words to leave out"), [Length(max=LONGEST)], render_kw=_AREA)
    revision = HiddenField(default="0")

    def seen(self) -> int:
        """Return the revision the page showed."""
        typed = str(self.revision.data)
        return int(typed) if typed.isascii() and typed.isdigit() else 0


class TryForm(HouseForm):
    """A sentence to see cut into words."""

    sentence = StringField(
        lazy("A sentence to try"), [Length(max=200)], render_kw={"maxlength": 200, "autocomplete": "off"}
    )
