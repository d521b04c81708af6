"""What a talk says as a source of a project, and what is known of it beside its text."""

from core.i18n import _
from exchange.refi.writing import file_name
from exchange.talks.base import Bundle, ToldTalk


def text_of(talk: ToldTalk) -> str:
    """Return what a source says: the notes as they are coded, and the promises after them."""
    promises = [f"{_('Promise')}{_(': ')}{one.promise}" for one in talk.promises]
    return "\n".join([talk.notes, *([""] if promises else []), *promises])


def source_name(bundle: Bundle, at: int, talk: ToldTalk) -> str:
    """Return what a source is called: unlike any other's, and fit for the name of a file."""
    return file_name(f"{at:03}", bundle.when(talk.held_on), talk.member)


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
