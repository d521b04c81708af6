"""The house form: text in, plain values out."""

from typing import Any

from flask_wtf import FlaskForm

from core.errors import DomainError


class HouseForm(FlaskForm):
    """A form whose token is checked before any page runs (see `app`), and whose errors keep what was typed."""

    class Meta(FlaskForm.Meta):
        csrf = False

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
