"""The file itself: parts, their types and relationships, zipped so that the same parts give the same bytes."""

import io
import zipfile
from dataclasses import dataclass, field

from reports.docx.xml import DECLARATION, attribute

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
APP_TYPE = "application/vnd.openxmlformats-officedocument.extended-properties+xml"
THEME_TYPE = "application/vnd.openxmlformats-officedocument.theme+xml"
CORE_RELATION = f"{PACKAGE}/metadata/core-properties"
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The moment every part bears: a zip knows none before, and any other would make equal documents differ."""
MAIN = "word/document.xml"


@dataclass
class Package:
    """A .docx being filled; parts keep the order in which they were added."""

    parts: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, kind: str, content: bytes, name: str = "", number: str = "") -> str:
        """Add a part of the text (styles, footer, …) and return the id the text refers to it by."""
        file = f"{name or kind}{number}.xml"
        self.parts[f"word/{file}"] = content
        self.types[f"word/{file}"] = WORD_TYPE.format(kind)
        return self._relate(kind, file)

    def add_theme(self, content: bytes) -> None:
        """Add the theme."""
        self.parts["word/theme/theme1.xml"] = content
        self.types["word/theme/theme1.xml"] = THEME_TYPE
        self._relate("theme", "theme/theme1.xml")

    def add_picture(self, content: bytes) -> str:
        """Add a PNG and return its id; the same picture twice is kept once."""
        for known, kept in self.parts.items():
            if known.startswith("word/media/") and kept == content:
                return next(one for one, _kind, file in self.relations if f"word/{file}" == known)
        file = f"media/image{sum(name.startswith('word/media/') for name in self.parts) + 1}.png"
        self.parts[f"word/{file}"] = content
        return self._relate("image", file)

    def _relate(self, kind: str, file: str) -> str:
        one = f"rId{len(self.relations) + 1}"
        self.relations.append((one, f"{OFFICE}/{kind}", file))
        return one

    def content(self, document: bytes, core: bytes, app: bytes) -> bytes:
        """Return the finished file: the text, what it is called and by whom, and every part added before."""
        types = {MAIN: WORD_TYPE.format("document.main"), "docProps/core.xml": CORE_TYPE, "docProps/app.xml": APP_TYPE}
        top = [
            ("rId1", f"{OFFICE}/officeDocument", MAIN),
            ("rId2", CORE_RELATION, "docProps/core.xml"),
            ("rId3", f"{OFFICE}/extended-properties", "docProps/app.xml"),
        ]
        files = {
            "[Content_Types].xml": _types(types | self.types),
            "_rels/.rels": _relations(top),
            MAIN: document,
            "word/_rels/document.xml.rels": _relations(self.relations),
            **self.parts,
            "docProps/core.xml": core,
            "docProps/app.xml": app,
        }
        return _zipped(files)


def _types(types: dict[str, str]) -> bytes:
    told = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items())
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    )
    return f'{DECLARATION}<Types xmlns="{TYPES}">{defaults}{told}</Types>'.encode()


def _relations(relations: list[tuple[str, str, str]]) -> bytes:
    told = "".join(
        f'<Relationship Id="{one}" Type="{kind}" Target={attribute(file)}/>' for one, kind, file in relations
    )
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}">{told}</Relationships>'.encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.create_system = 0  # or the file would tell which system wrote it
            entry.external_attr = 0
            stored = name.endswith(".png")
            archive.writestr(entry, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()
