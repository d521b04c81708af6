"""Forms of the investigations package."""

from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.i18n import lazy
from forms.base import HouseForm
from forms.fields import RevisionField

LONG = 4000


def _text(label: object, rows: int) -> TextAreaField:
    return TextAreaField(label, [Length(max=LONG)], render_kw={"rows": rows, "maxlength": LONG})


class PlanForm(HouseForm):
    """The plan of an investigation."""

    title = StringField(lazy("Title"), [InputRequired(), Length(max=120)])
    purpose = TextAreaField(lazy("Purpose"), [InputRequired(), Length(max=LONG)], render_kw={"rows": 3})
    starts_on = DateField(lazy("First day"), [InputRequired()])
    ends_on = DateField(lazy("Last day"), [InputRequired()])
    population = _text(lazy("Whom we ask"), 2)
    population_size = IntegerField(
        lazy("How many people are asked in the survey"), [Optional(), NumberRange(1, 10_000_000)]
    )
    guiding_idea = _text(lazy("Guiding idea and goals"), 4)
    arrangement = _text(lazy("Arrangement, method and steps"), 4)
    emphasis = _text(lazy("Emphasis of the superior organisation"), 4)
    revision = RevisionField()


class WordingForm(HouseForm):
    """The secretary's own parts of the report."""

    findings = _text(lazy("What has been done and achieved"), 8)
    causes = _text(lazy("Causes"), 8)
    proposals = _text(lazy("Proposals"), 8)
    revision = RevisionField()
