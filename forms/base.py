"""The house form: text in, plain values out."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import FileField

from core.errors import DomainError


class HouseForm(FlaskForm):
    """A form whose token is checked before any page runs (see `app`), and whose errors keep what was typed."""

    class Meta(FlaskForm.Meta):
        csrf = False

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Return what was sent: text for the fields of text, files for those of files, JSON for none.

            A file, a number or a list where a text is read would be no text: pages would crash on it.
            """
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            if not form.is_submitted() or not (request.form or request.files):
                return None
            sent = MultiDict(request.form)
            for field in form:
                if isinstance(field, FileField) and field.name in request.files:
                    sent.setlist(field.name, request.files.getlist(field.name))
            return sent

    def sent(self) -> bool:
        """Say whether the form was posted and every field is acceptable."""
        return bool(self.validate_on_submit())

    def values(self) -> dict[str, Any]:
        """Return every field's value by name."""
        return dict(self.data)

    def blame(self, error: DomainError) -> None:
        """Show what the domain said no to beside the field it names, or above the form."""
        field = self._fields.get(error.field or "")
        if field is not None:
            field.errors = [*field.errors, str(error)]
        else:
            self.form_errors.append(str(error))
