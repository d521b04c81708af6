"""A REFI-QDA project: the notes as texts, the concerns as codes, the passages coded."""

from core.i18n import _, lazy
from exchange.refi.writing import Project, add
from exchange.talks import refi
from exchange.talks.base import Bundle, Format


class Qdpx(Format):
    """An archive of project.qde and a text for each talk, as programs for qualitative research read it."""

    key = "qdpx"
    label = lazy("REFI-QDA project")
    hint = lazy("For QualCoder, MAXQDA, NVivo and ATLAS.ti: the notes as texts, the concerns as codes.")
    order = 30
    mimetype = "application/zip"
    masks = True

    def write(self, bundle: Bundle) -> bytes:
        """Return the archive: a text for each talk, and what is known of it beside."""
        project = Project(bundle.title or _("Talks"), bundle.author, bundle.made_on, bundle.codes)
        facts = [refi.told_of(bundle, talk) for talk in bundle.talks]
        sources, variables = project.sources(facts)
        for at, (talk, told) in enumerate(zip(bundle.talks, facts, strict=True), start=1):
            name, text = refi.source_name(bundle, at, talk), refi.text_of(talk)
            source = project.source(sources, name, text, talk.coded)
            for fact, words in told.items():
                if words:
                    value = add(source, "VariableValue")
                    add(value, "VariableRef", targetGUID=variables[fact])
                    add(value, "TextValue", words)
        return project.archive(bundle.told)
