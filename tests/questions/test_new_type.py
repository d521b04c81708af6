"""A new kind of question is one file and one template: everything else finds it."""

import sys
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.datastructures import MultiDict

import questions
from forms.questionnaire import Questionnaire
from questions.base import QuestionType
from surveys import instruments
from surveys.questionnaires import prepare

FILE = '''
from questions.base import Column, Measure, QuestionType, Refused, Shape, Tally, Bar, one


class Mood(QuestionType):
    """Rain or shine."""

    key = "mood"
    label = "Mood"
    hint = "Rain or shine."
    icon = "cloud-check"

    def read(self, sent, item):
        """Return it."""
        value = one(sent, item.name)
        if value not in ("", "rain", "shine"):
            raise Refused("?")
        return {item.name: value} if value else {}

    def accept(self, value, item):
        """Return it."""
        return {item.name: value[item.name]} if value.get(item.name) else {}

    def values(self, item):
        """Return both."""
        return {"rain": "Rain", "shine": "Shine"}

    def exported(self, item):
        """Return one column."""
        return (Column(item.name, item.title, Measure.NOMINAL, self.values(item)),)

    def cells(self, answer, item):
        """Return it."""
        return (answer.get(item.name),)

    def counted(self, counts, item):
        """Count both."""
        bars = tuple(Bar(key, words, counts.by[item.name].get(key, 0)) for key, words in self.values(item).items())
        return Tally(Shape.PARTS, counts.answered, counts.asked - counts.answered, counts.skipped, bars)

    def max_bytes(self, item):
        """Return the most."""
        return 20

    def max_sent(self, item):
        """Return the most."""
        return 20
'''
TEMPLATE = """{% macro draw(field) %}<label><input type="radio" name="{{ field.item.name }}" value="shine"
{%- if field.typed() == "shine" %} checked{% endif %}> Shine</label>{% endmacro %}
{% macro paper(item) %}<span class="p-mark p-ring"></span> Shine{% endmacro %}"""


@pytest.fixture
def dropped_in(app, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put the two files where a developer would put them, for one test."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "mood.py").write_text(FILE, encoding="utf-8")
    (tmp_path / "questions" / "mood.html").write_text(TEMPLATE, encoding="utf-8")
    assert questions.types, "the real types are found before the new one is there"
    found = type(questions.types)("questions", QuestionType)
    monkeypatch.setattr(questions, "__path__", [*questions.__path__, str(tmp_path / "questions")])
    monkeypatch.setattr(questions, "types", found)
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([app.jinja_env.loader, FileSystemLoader(tmp_path)]))
    yield found["mood"]
    del sys.modules["questions.mood"], questions.mood


def test_one_file_and_one_template_make_a_type(dropped_in, app) -> None:
    definition = {
        "lang": "en",
        "title": "Weather",
        "items": [
            {"id": "m", "type": "mood", "title": "How are you?", "required": True},
            {
                "id": "w",
                "type": "short_text",
                "title": "Why?",
                "show_if": {"item": "m", "op": "==", "value": "rain"},
            },
        ],
    }
    assert list(instruments.problems(definition)) == []
    with app.test_request_context("/"):
        ready = prepare(definition)
        mood = ready.items[0]
        assert mood.kind is dropped_in
        form = Questionnaire(ready.fields, ready.items, MultiDict({"m": "shine", "w": "off the path", "code": "x"}))
        assert form.validate() and form.answers == {"m": "shine"}
        drawing = app.jinja_env.get_template(mood.kind.template).module
        assert " checked" in drawing.draw(form["m"]) and "Shine" in drawing.paper(mood)
    tally = mood.kind.tally([{"m": "shine"}, {"m": "rain"}, {"m": "shine"}, {}], mood)
    assert [(bar.value, bar.count) for bar in tally.bars] == [("rain", 1), ("shine", 2)]


def test_and_it_is_gone_again() -> None:
    assert "mood" not in questions.types
