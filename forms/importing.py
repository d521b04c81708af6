"""Forms of importing questionnaires."""

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from core.i18n import _, lazy
from forms.base import HouseForm
from forms.fields import UploadField

TEXT = 400_000
KEPT = 2_000_000
AUTO = "auto"


class ImportInstrumentForm(HouseForm):
    """A questionnaire as pasted text or as a file; `kept`: the definition a file gave, carried along unseen."""

    text = TextAreaField(
        lazy("Text of the questionnaire"), [Optional(), Length(max=TEXT)], render_kw={"rows": 16, "spellcheck": "false"}
    )
    file = UploadField(lazy("Or a file"), render_kw={"accept": ".txt,.md,.xlsx,.xls,.lss,.json,.yaml,.yml"})
    format = SelectField(lazy("Format"), default=AUTO, validate_choice=True)
    title = StringField(lazy("Title of the questionnaire"), [Optional(), Length(max=200)])
    kept = HiddenField(validators=[Optional(), Length(max=KEPT)])

    def offer(self, known: Iterable[tuple[str, Any]]) -> None:
        """Set the formats to choose from."""
        self.format.choices = [SelectChoice(AUTO, _("Recognise it"))]
        self.format.choices += [SelectChoice(key, str(label)) for key, label in known]

    @property
    def sent_file(self) -> bool:
        """Say whether a file was chosen."""
        return bool(self.file.data and getattr(self.file.data, "filename", ""))
