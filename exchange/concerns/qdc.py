"""A REFI-QDA codebook: the concerns as codes under their themes, without any passage."""

from core.errors import BadInput
from core.i18n import _, lazy
from exchange.concerns import codes
from exchange.concerns.base import Book, Bundle, Format, Tell, silent
from exchange.refi.reading import read_codebook
from exchange.refi.writing import codebook


class Qdc(Format):
    """The names of the concerns and what was written about them."""

    key = "qdc"
    label = lazy("REFI-QDA codebook")
    hint = lazy("Only the concerns as codes, with what was written about them; no passage.")
    order = 30
    mimetype = "application/xml"
    coded = False

    def write(self, bundle: Bundle, tell: Tell = silent) -> bytes:
        """Return the codebook; raise `BadInput` when there are no concerns yet."""
        if not bundle.concerns:
            raise BadInput(_("There are no concerns yet to make codes of."))
        return codebook(codes.written(bundle), bundle.made_on)

    def read(self, content: bytes, name: str) -> Book:
        """Return the codes as concerns; raise `BadInput`."""
        return codes.understood(read_codebook(content, name))
