"""Forms of the exchange package."""

from collections.abc import Iterable

from wtforms import BooleanField, DateField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from core.i18n import lazy
from forms.base import HouseForm
from forms.fields import UploadField


class TalksExportForm(HouseForm):
    """Which talks leave, and whether the names of people go with them."""

    investigation = SelectField(lazy("For the investigation"), choices=[])
    since = DateField(lazy("From"), [Optional()])
    until = DateField(lazy("To"), [Optional()])
    without_names = BooleanField(lazy("Without names"))

    def offer(self, *, investigations: Iterable[tuple[int, str]]) -> None:
        """Hand in what may be chosen."""
        pairs = [SelectChoice(str(id_), title) for id_, title in investigations]
        self.investigation.choices = [SelectChoice("", str(lazy("All talks"))), *pairs]


class ConcernsImportForm(HouseForm):
    """A codebook, with coded passages or without; `kept`: what was read from it, carried along unseen."""

    file = UploadField(lazy("File"), render_kw={"accept": ".xlsx,.xls,.csv,.qdpx,.qdc"})
    kept = HiddenField()
    seen = HiddenField()
