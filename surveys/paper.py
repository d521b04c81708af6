"""The questionnaire as it stands on paper: where a text repeats an earlier answer, it says which answer is meant."""

from dataclasses import replace

from core.i18n import speaking
from questions import piping
from surveys.questionnaires import Ready


def on_paper(asked: Ready) -> Ready:
    """Return a questionnaire whose texts need no script: each pipe has become "(your answer to question 3)"."""
    if not asked.piped:
        return asked
    with speaking(asked.language):
        meant = piping.announced(asked.items)
        items = {item.name: piping.drawn(item, meant) for item in asked.items}
        sections = tuple(
            replace(
                section,
                intro=piping.piped(section.intro, meant),
                items=tuple(items[item.name] for item in section.items),
            )
            for section in asked.sections
        )
    return replace(asked, sections=sections, items=tuple(items.values()))
