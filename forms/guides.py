"""The form of a guide: its words, and its topics in order."""

from typing import Any

from wtforms import FieldList, Form, FormField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from core.i18n import lazy
from forms.base import HouseForm

TOPICS = 20


def _clean(text: str | None) -> str:
    return "" if text is None else text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


class TopicForm(Form):
    """One topic; without words it is none. A probe stands on each line."""

    title = StringField(lazy("Topic"), [Length(max=200)], filters=[_clean], render_kw={"maxlength": 200})
    probes = TextAreaField(
        lazy("Questions, one a line"), [Length(max=2600)], filters=[_clean], render_kw={"rows": 3, "maxlength": 2600}
    )


class GuideForm(HouseForm):
    """A guide."""

    title = StringField(
        lazy("Name of the guide"), [InputRequired(), Length(max=120)], filters=[_clean], render_kw={"maxlength": 120}
    )
    occasion = StringField(
        lazy("For the occasion"),
        [Length(max=80)],
        filters=[_clean],
        render_kw={"maxlength": 80, "list": "occasions", "autocomplete": "off"},
    )
    opening = TextAreaField(
        lazy("Said first: purpose and consent"),
        [Length(max=2000)],
        filters=[_clean],
        render_kw={"rows": 5, "maxlength": 2000},
    )
    topics = FieldList(FormField(TopicForm), lazy("Topics"), min_entries=1, max_entries=TOPICS)
    based_on = HiddenField(default="0")

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check every field, and name what is wrong with a topic above the form too."""
        acceptable = super().validate(*args, **kwargs)
        faults = [str(fault) for entry in self.topics for field in entry.form for fault in field.errors]
        self.topics.errors = list(dict.fromkeys(faults))
        return acceptable

    def rows(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the topics as they stand on the page, each with its probes."""
        return [
            (
                entry.form.title.data or "",
                tuple(filter(None, map(str.strip, (entry.form.probes.data or "").split("\n")))),
            )
            for entry in self.topics
        ]

    def lines(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the topics that say anything, each with its probes."""
        return [(title, probes) for title, probes in self.rows() if title or probes]
