"""What an account holds of one talk: the text that is saved, and the texts its devices typed and did not save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms.interviews import TalkForm
from interviews import drafts, sheet
from interviews.drafts import Draft
from interviews.models import Talk
from interviews.people import People
from interviews.queries import TalkView
from interviews.sheet import Choices
from members.models import Account
from vault.errors import Damaged, NotHanded


@dataclass(frozen=True, slots=True)
class Text:
    """One text that was typed and not saved, as a form."""

    form: TalkForm
    draft: Draft


@dataclass(frozen=True, slots=True)
class Texts:
    """The saved text; what was typed here, or else newest elsewhere; and what differs from both."""

    saved: TalkForm
    typed: Text | None
    elsewhere: tuple[Text, ...]
    here: bool  # `typed` was typed on this device

    @property
    def marks(self) -> list[str]:
        """Return the marks of the drafts of other devices that going on from `typed` replaces."""
        return [self.typed.draft.mark] if self.typed is not None and not self.here else []


def of(row: Talk, view: TalkView, *, by: Account, device: str, people: People, investigations: Choices) -> Texts:
    """Return every text `by` holds of a talk, leaving out those that say what another one says; raise `Locked`."""
    choices = list(investigations)
    saved = sheet.filled(view, people=people, investigations=choices)
    kept = [drafts.find(row, by=by, device=device), *drafts.others(row, by=by, device=device)]
    different: list[Text] = []
    for draft in kept:
        content = None if draft is None else _opened(draft)
        if draft is None or content is None:
            continue
        form = sheet.typed(content, investigations=choices)
        known = [saved, *(text.form for text in different)]
        if not any(_covered(form, other) for other in known):
            different.append(Text(form, draft))
    here = bool(different) and different[0].draft.device == device
    return Texts(saved, different[0] if different else None, tuple(different[1:]), here)


def joined(text: Text, other: TalkForm) -> dict[str, list[str]]:
    """Return a text to go on with, everything of the other that differs laid beside it to copy from."""
    asides = [text.form.aside.data or "", sheet.copy_text(sheet.differing(text.form, other), other)]
    asides.append(other.aside.data or "")
    beside = "\n\n".join(dict.fromkeys(part for part in asides if part))
    return {**text.draft.content, "aside": [beside]}


def without(content: Mapping[str, Sequence[str]], *names: str) -> dict[str, list[str]]:
    """Return the fields of a sheet without those that belong to the page or the device."""
    return {name: list(values) for name, values in content.items() if name not in names}


def _covered(form: TalkForm, other: TalkForm) -> bool:
    """Say whether `other` holds everything `form` does."""
    aside = form.aside.data or ""
    if aside and aside != (other.aside.data or ""):
        return False
    return (form.notes.data or "") == (other.notes.data or "") and not sheet.differing(other, form)


def _opened(draft: Draft) -> dict[str, list[str]] | None:
    try:
        return draft.content
    except (NotHanded, Damaged):  # to a key the account has no more, or spoiled: nothing of it can be shown
        return None
