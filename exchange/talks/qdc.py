"""A REFI-QDA codebook: the concerns as codes, without any talk."""

from core.errors import BadInput
from core.i18n import _, lazy
from exchange.refi.writing import codebook
from exchange.talks.base import Bundle, Format


class Qdc(Format):
    """The names of the concerns and what was written about them; no word of the notes."""

    key = "qdc"
    label = lazy("REFI-QDA codebook")
    hint = lazy("Only the concerns as codes, for a project of your own; nothing of the notes.")
    order = 40
    mimetype = "application/xml"
    masks = True
    opens = False

    def write(self, bundle: Bundle) -> bytes:
        """Return the codebook; raise `BadInput` when there are no concerns yet."""
        if not bundle.codes:
            raise BadInput(_("There are no concerns yet to make codes of."))
        return codebook(bundle.codes, bundle.made_on)
