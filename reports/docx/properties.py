"""What a document is called, by whom, of what day and in which language, for the computer that keeps it."""

from xml.sax.saxutils import escape

from reports.blocks import Document
from reports.docx.xml import DECLARATION, plain

CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
TAGS = {"zh": "zh-CN", "en": "en-GB"}
LONGEST = 250


def core(document: Document) -> bytes:
    """Return core.xml; its dates are the document's own, so that the same document gives the same bytes."""
    day = f'<{{}} xsi:type="dcterms:W3CDTF">{document.date.isoformat()}T00:00:00Z</{{}}>'
    author = _told(document.organisation)
    inner = (
        f"<dc:title>{_told(document.title)}</dc:title>",
        f"<dc:subject>{_told(document.subtitle or document.kicker)}</dc:subject>",
        f"<dc:creator>{author}</dc:creator>",
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>",
        day.format("dcterms:created", "dcterms:created"),
        day.format("dcterms:modified", "dcterms:modified"),
        f"<dc:language>{TAGS.get(document.language, document.language)}</dc:language>",
        f"<cp:version>{_told(document.edition)}</cp:version>" if document.edition else "",
    )
    spaces = (
        f'xmlns:cp="{CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    return f"{DECLARATION}<cp:coreProperties {spaces}>{''.join(inner)}</cp:coreProperties>".encode()


def app(document: Document) -> bytes:
    """Return app.xml: whose document it is."""
    inner = f"<Application>Xinsheng</Application><Company>{_told(document.organisation)}</Company>"
    return f'{DECLARATION}<Properties xmlns="{APP}">{inner}</Properties>'.encode()


def _told(text: str) -> str:
    return escape(plain(text)[:LONGEST])
