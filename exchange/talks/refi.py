"""REFI-QDA 1.0 (qdasoftware.org): a project, a codebook, and how both are written in XML."""

import uuid
from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree as ET

from core.documents import printable
from core.i18n import _
from exchange.talks.base import Bundle, Code, ToldTalk

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
ORIGIN = "Xinsheng"
COLOURS = ("#1F77B4", "#D62728", "#2CA02C", "#9467BD", "#FF7F0E", "#8C564B", "#E377C2", "#17BECF", "#BCBD22", "#7F7F7F")
SNIPPET = 60  # characters of a passage that name its selection


def guid() -> str:
    """Return a fresh GUID: no two files share one, so that a file without names cannot be laid beside one with."""
    return str(uuid.uuid4()).upper()


class Project:
    """A project being written: `texts` holds the sources by the name of their file."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._at = f"{bundle.made_on.isoformat()}T00:00:00Z"
        self._user = guid()
        self._codes = {code.id: guid() for code in bundle.codes}
        self.texts: dict[str, str] = {}

    def content(self) -> bytes:
        """Return project.qde."""
        bundle = self._bundle
        made = {"creatingUserGUID": self._user, "creationDateTime": self._at}
        made |= {"modifyingUserGUID": self._user, "modifiedDateTime": self._at}
        name = printable(bundle.title or _("Talks"))
        root = ET.Element("Project", {"xmlns": PROJECT, "name": name, "origin": ORIGIN, **made})
        users = _add(root, "Users")
        _add(users, "User", guid=self._user, name=printable(bundle.author) or ORIGIN)
        if bundle.codes:
            codes(_add(root, "CodeBook"), bundle.codes, self._codes)
        variables = self._variables(root)
        sources = _add(root, "Sources")
        for at, talk in enumerate(bundle.talks, start=1):
            self._source(sources, at, talk, variables)
        _add(root, "Description", "\n".join(bundle.told))
        return _written(root)

    def _variables(self, root: ET.Element) -> dict[str, str]:
        """Write what is known of each talk beside its text; return the GUIDs by name."""
        told = [told_of(self._bundle, talk) for talk in self._bundle.talks]
        used = {name: guid() for facts in told for name, text in facts.items() if text}
        if used:
            variables = _add(root, "Variables")
            for name, id_ in used.items():
                _add(variables, "Variable", guid=id_, name=name, typeOfVariable="Text")
        return used

    def _source(self, sources: ET.Element, at: int, talk: ToldTalk, variables: dict[str, str]) -> None:
        id_, made = guid(), {"creatingUser": self._user, "creationDateTime": self._at}
        name = source_name(self._bundle, at, talk)
        self.texts[f"{id_}.txt"] = text = text_of(talk)
        source = _add(sources, "TextSource", guid=id_, name=name, plainTextPath=f"internal://{id_}.txt", **made)
        for coded in talk.coded:
            passage = text[coded.start : coded.end]
            place = {"startPosition": str(coded.start), "endPosition": str(coded.end)}
            selection = _add(
                source, "PlainTextSelection", guid=guid(), name=" ".join(passage.split())[:SNIPPET], **place, **made
            )
            coding = _add(selection, "Coding", guid=guid(), **made)
            _add(coding, "CodeRef", targetGUID=self._codes[coded.code_id])
        for name, told in told_of(self._bundle, talk).items():
            if told:
                value = _add(source, "VariableValue")
                _add(value, "VariableRef", targetGUID=variables[name])
                _add(value, "TextValue", told)


def text_of(talk: ToldTalk) -> str:
    """Return what a source says: the notes as they are coded, and the promises after them."""
    promises = [f"{_('Promise')}{_(': ')}{one.promise}" for one in talk.promises]
    return "\n".join([talk.notes, *([""] if promises else []), *promises])


def source_name(bundle: Bundle, at: int, talk: ToldTalk) -> str:
    """Return what a source is called: unlike any other's, and fit for the name of a file."""
    parts = (f"{at:03}", bundle.when(talk.held_on), talk.member)
    return "".join(c for c in printable(" ".join(parts)) if c.isprintable() and c not in '\\/:*?"<>|').strip()


def told_of(bundle: Bundle, talk: ToldTalk) -> dict[str, str]:
    """Return what is known of a talk, in words; empty where it is not told."""
    return {
        _("Talk with"): talk.member,
        _("Interviewer"): talk.interviewer,
        _("Date"): bundle.when(talk.held_on),
        _("Group"): talk.group,
        _("Occasion"): talk.occasion,
        _("How"): str(talk.mode.label),
    }


def codebook(list_: Sequence[Code], made_on: date) -> bytes:
    """Return a codebook of its own (.qdc)."""
    root = ET.Element("CodeBook", {"xmlns": CODEBOOK, "origin": f"{ORIGIN} {made_on.isoformat()}"})
    codes(root, list_, {code.id: guid() for code in list_})
    return _written(root)


def codes(parent: ET.Element, list_: Sequence[Code], guids: dict[int, str]) -> None:
    """Write codes: a Code has no child but its description, or a reader takes it for a category."""
    holder = _add(parent, "Codes")
    for at, code in enumerate(list_):
        colour = COLOURS[at % len(COLOURS)]
        element = _add(holder, "Code", guid=guids[code.id], name=code.name, isCodable="true", color=colour)
        if code.description:
            _add(element, "Description", code.description)


def _add(parent: ET.Element, tag: str, text: str | None = None, /, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    if text is not None:
        element.text = printable(text)
    return element


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
