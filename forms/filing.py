"""Forms for filing talks, for the archive, and for the member's own record."""

from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from core.i18n import lazy
from forms.base import HouseForm
from forms.fields import RevisionField, UploadField

REASON, WISH = 500, 2000


def _clean(text: str | None) -> str:
    return "" if text is None else text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


class FileForm(HouseForm):
    """The revision of the record somebody looked at."""

    revision = RevisionField()


class UnfileForm(HouseForm):
    """Why a record is taken out of the file."""

    reason = StringField(
        lazy("Why it is taken out"),
        [InputRequired(lazy("Say why the record is taken out of the file: the reason is kept.")), Length(max=REASON)],
        filters=[_clean],
        render_kw={"maxlength": REASON},
    )


class ScanForm(HouseForm):
    """A scan of the signed sheet."""

    file = UploadField(
        lazy("Signed sheet (PDF, JPEG or PNG)"),
        [InputRequired(lazy("Choose a file."))],
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png"},
    )


class OneForm(HouseForm):
    """Which one of several is meant."""

    one = IntegerField()


class DestroyForm(HouseForm):
    """The records to be destroyed, and how many they are, written out."""

    records = SelectMultipleField(lazy("Records"), choices=[], validate_choice=False)
    confirmed = StringField(
        lazy("How many records are to be destroyed"),
        [Length(max=10)],
        filters=[_clean],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )


class CorrectionForm(HouseForm):
    """What the member would have put right."""

    wish = TextAreaField(
        lazy("What should be put right"),
        [InputRequired(lazy("Write what should be put right.")), Length(max=WISH)],
        filters=[_clean],
        render_kw={"rows": 5, "maxlength": WISH},
    )


class AnswerForm(HouseForm):
    """What the writer says to a correction."""

    correction = IntegerField()
    answer = TextAreaField(
        lazy("Your answer"), [Length(max=WISH)], filters=[_clean], render_kw={"rows": 2, "maxlength": WISH}
    )
