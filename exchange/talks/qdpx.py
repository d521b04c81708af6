"""A REFI-QDA project: the notes as texts, the concerns as codes, the passages coded."""

import io
import zipfile

from core.i18n import lazy
from exchange.talks.base import Bundle, Format
from exchange.talks.refi import Project


class Qdpx(Format):
    """An archive of project.qde and a text for each talk, as programs for qualitative research read it."""

    key = "qdpx"
    label = lazy("REFI-QDA project")
    hint = lazy("For QualCoder, MAXQDA, NVivo and ATLAS.ti: the notes as texts, the concerns as codes.")
    order = 30
    mimetype = "application/zip"
    masks = True

    def write(self, bundle: Bundle) -> bytes:
        """Return the archive; texts have no byte order mark and single line feeds, so that places count alike."""
        project, out = Project(bundle), io.BytesIO()
        content = project.content()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("project.qde", content)
            for name, text in project.texts.items():
                archive.writestr(f"sources/{name}", text.encode())
        return out.getvalue()
