"""Earlier answers in later texts: only as text, only what is on the path."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from core.i18n import speaking
from questions import piping
from questions.base import Option
from surveys.questionnaires import prepare
from tests.conftest import words_of_errors

STAGE = {
    "title": "t",
    "items": [
        {
            "id": "q1",
            "type": "single",
            "title": "A",
            "options": [{"v": "x", "t": "早班 {{q2}}"}, {"v": "y", "t": "夜班"}],
        },
        {"id": "q2", "type": "text", "title": "B {{ q1 }} {{gone}}", "help": "H {{q1}}"},
        {"id": "q3", "type": "single", "title": "C", "options": [{"v": "x", "t": "<b>{{q2}}</b>"}]},
    ],
}


def test_words_of_answers() -> None:
    with words_of_errors(), speaking("en"):
        items = prepare(STAGE, "en").items
        words = piping.answered(items, {"q1": "x"})
        assert piping.filled(items[1].title, words) == "B 早班 … …", "pipes within words are not followed"
        assert piping.filled("{{q1}}{{q2}}", piping.announced(items)).count("question") == 2
        assert piping.filled("{{gone}} {q1} {{ }} {{1}}", piping.announced(items)) == "… {q1} {{ }} {{1}}"
        assert piping.names(items[1].title) == {"q1", "gone"}


@given(st.text(max_size=60))
def test_whatever_was_answered_is_only_text(hostile: str) -> None:
    with words_of_errors():
        items = prepare(STAGE, "zh").items
        drawn = piping.drawn(items[2], piping.answered(items, {"q2": hostile}))
        option = drawn.settings["options"][0]
        said = piping.filled(hostile, lambda _name: piping.NOTHING) or piping.NOTHING
        assert option.label == f"<b>{said}</b>", "as plain words it is what was said"
        page = str(escape(option.label))
        assert page == f"&lt;b&gt;<span data-pipe=q2>{escape(said)}</span>&lt;/b&gt;"
        attribute = piping.unspanned(f'<input aria-label="{page}">')
        assert attribute == f'<input aria-label="&lt;b&gt;{escape(said)}&lt;/b&gt;">'
        assert isinstance(option, Option) and drawn.title == items[2].title


def test_an_item_without_pipes_stays_itself() -> None:
    with words_of_errors():
        item = replace(prepare(STAGE, "zh").items[0], title="no pipe")
        plain = replace(item, settings={**item.settings, "options": item.settings["options"][1:]})
        assert piping.drawn(plain, lambda name: "!") is plain
        assert piping.drawn(item, lambda name: "!").settings["options"][0].label == "早班 !"
