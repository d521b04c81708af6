"""A drawn question taken apart: its inputs, what names them, and forms as a browser would post them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote


@dataclass
class Control:
    """An input, select or textarea; `choices`: the values of a select, or the one of a box or radio button."""

    tag: str
    attributes: dict[str, str]
    labelled: bool
    choices: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def type(self) -> str:
        return self.attributes.get("type", "text") if self.tag == "input" else self.tag

    @property
    def written(self) -> bool:
        """Whether something is typed into it."""
        return self.type not in ("radio", "checkbox", "select", "hidden")


class Page(HTMLParser):
    """The controls, ids and labels of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.controls: list[Control] = []
        self.ids: list[str] = []
        self.labels_for: set[str] = set()
        self.described: set[str] = set()
        self.tags: list[str] = []
        self._label: list[bool] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self.tags.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        for key in ("aria-describedby", "aria-labelledby"):
            self.described.update(found.get(key, "").split())
        if tag == "label":
            self._label.append(True)
            if "for" in found:
                self.labels_for.add(found["for"])
        if tag in ("input", "select", "textarea"):
            named = bool(self._label) or bool(found.get("aria-label") or found.get("aria-labelledby"))
            self.controls.append(Control(tag, found, named))
            if found.get("type") in ("radio", "checkbox"):
                self.controls[-1].choices.append(found.get("value", "on"))
        if tag == "option":
            self.controls[-1].choices.append(found.get("value", "?"))
        if tag not in ("input", "br", "img", "path", "i"):
            self.open.append(tag)

    def handle_data(self, data: str) -> None:
        last = self.controls[-1] if self.controls else None
        if self.open and self.open[-1] == "option" and last and last.choices and last.choices[-1] == "?":
            last.choices[-1] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._label.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def nameless(self, outer: str) -> list[str]:
        """Return the names of controls that no label names; `outer` is the id the question's own label points to."""
        known = self.labels_for | {outer}
        return [c.name for c in self.controls if not c.labelled and c.attributes.get("id") not in known]

    def fullest(self) -> str:
        """Return the longest body a browser could post: everything ticked, the longest chosen, every line full."""
        pairs = []
        radios: dict[str, str] = {}
        for control in self.controls:
            if control.written:
                most = int(control.attributes.get("maxlength", 0)) or 10
                pairs.append((control.name, "字" * most))
            elif control.type == "radio":
                radios[control.name] = max(radios.get(control.name, ""), control.choices[0], key=len)
            else:
                pairs.append((control.name, max(control.choices, key=len)))
        return "&".join(f"{quote(name)}={quote(value)}" for name, value in [*pairs, *radios.items()])
