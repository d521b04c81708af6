"""The form over wording a model proposed for a concern."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from core.i18n import lazy
from forms.base import HouseForm


class WordingForm(HouseForm):
    """Proposed words as a person leaves them; `revision` is the concern's as the page showed it."""

    label = StringField(
        lazy("Name of the concern"),
        [InputRequired(), Length(max=120)],
        id="proposed-label",
        render_kw={"maxlength": 120},
    )
    summary = TextAreaField(
        lazy("In your own words (optional)"),
        [Length(max=1000)],
        id="proposed-summary",
        render_kw={"rows": 3, "maxlength": 1000},
    )
    revision = HiddenField(default="0", id="proposed-revision")

    def seen(self) -> int:
        """Return the revision the page showed."""
        return int(self.revision.data) if str(self.revision.data).isdecimal() else 0
