"""Real footnotes and endnotes: Word numbers them, and the reader turns the one into the other with one click."""

from dataclasses import dataclass, field
from typing import Literal

from reports.docx.package import Package
from reports.docx.xml import part, run, runs, w

Where = Literal["page", "end"]
SEPARATORS = ((-1, "separator"), (0, "continuationSeparator"))


@dataclass
class Notes:
    """The notes of a document, called in order; `where` they stand decides their kind."""

    language: str
    where: Where = "page"
    texts: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Return footnote or endnote."""
        return "footnote" if self.where == "page" else "endnote"

    @property
    def _style(self) -> str:
        return self.kind.capitalize()

    def call(self, text: str) -> str:
        """Keep a note and return the run that calls it."""
        self.texts.append(text)
        return run(w(f"{self.kind}Reference", id=len(self.texts)), style=f"{self._style}Reference")

    def numbering(self) -> str:
        """Return how notes are numbered and where they stand, for a section or the settings."""
        form = "decimalEnclosedCircleChinese" if self.language == "zh" else "decimal"
        inner = w("pos", val="pageBottom" if self.where == "page" else "sectEnd") + w("numFmt", val=form)
        return w(f"{self.kind}Pr", inner)

    def settings(self) -> str:
        """Return the same for the settings, with the lines that part notes from the text; nothing without notes."""
        if not self.texts:
            return ""
        lines = "".join(w(self.kind, id=number) for number, _name in SEPARATORS)
        return self.numbering().replace(f"</w:{self.kind}Pr>", f"{lines}</w:{self.kind}Pr>")

    def add_to(self, package: Package) -> None:
        """Put the notes into the file, if there are any."""
        if not self.texts:
            return
        kind = self.kind
        lines = [
            w(
                kind,
                w("p", w("pPr", w("spacing", after=0, line=240, lineRule="auto")), run(w(name))),
                type=name,
                id=number,
            )
            for number, name in SEPARATORS
        ]
        told = [w(kind, self._note(text), id=number) for number, text in enumerate(self.texts, start=1)]
        package.add(f"{kind}s", part(f"{kind}s", *lines, *told))

    def _note(self, text: str) -> str:
        mark = run(w(f"{self.kind}Ref"), style=f"{self._style}Reference")
        space = run('<w:t xml:space="preserve"> </w:t>')
        return w("p", w("pPr", w("pStyle", val=f"{self._style}Text")), mark, space, runs(text, self.language))
