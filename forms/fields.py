"""Fields several forms share."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from core.numbers import LARGEST

__all__ = ["RevisionField", "UploadField"]


class UploadField(FileField):
    """A file somebody chose; anything else sent under its name counts as no file."""


class RevisionField(IntegerField):
    """The revision a form was opened with, carried along unseen; what is no number counts as 0."""

    widget = HiddenInput()

    def __init__(self, label: Any = "", **options: Any) -> None:
        super().__init__(label, [Optional(), NumberRange(0, LARGEST)], default=0, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; a made-up one cannot match any revision, so it is told as changed meanwhile."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0
