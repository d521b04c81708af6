"""Forms of the activities package."""

from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.i18n import lazy
from forms.base import HouseForm
from forms.fields import RevisionField

LONG = 60_000


class MinutesForm(HouseForm):
    """What is written down of a meeting."""

    title = StringField(lazy("What meeting it was"), [InputRequired(), Length(max=120)], render_kw={"maxlength": 120})
    held_on = DateField(lazy("Date"), [InputRequired()])
    place = StringField(lazy("Place"), [Length(max=80)], render_kw={"maxlength": 80})
    present = IntegerField(lazy("How many were there"), [Optional(), NumberRange(1, 1_000_000)])
    minutes = TextAreaField(
        lazy("What was said"), [Length(max=LONG)], render_kw={"rows": 14, "maxlength": LONG, "spellcheck": "true"}
    )
    revision = RevisionField()
