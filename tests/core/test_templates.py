"""Compiled templates: kept for the next process, never trusted beyond their source, never in the way."""

import pytest
from jinja2 import DictLoader, Environment

from core.templates import CompiledTemplates


def environment(folder, source: str) -> Environment:
    kept = CompiledTemplates(folder)
    kept.writing = True
    return Environment(loader=DictLoader({"page": source}), bytecode_cache=kept, autoescape=True)


@pytest.fixture
def compiled(monkeypatch) -> list[str]:
    """The sources that were compiled."""
    found: list[str] = []
    real = Environment._compile
    monkeypatch.setattr(
        Environment, "_compile", lambda self, source, name: found.append(name) or real(self, source, name)
    )
    return found


def test_a_second_process_compiles_nothing(tmp_path, compiled) -> None:
    for _process in range(3):
        assert environment(tmp_path, "<b>{{ a }}</b>").get_template("page").render(a="<") == "<b>&lt;</b>"
    assert len(compiled) == 1 and len(list(tmp_path.glob("*.bin"))) == 1 == len(list(tmp_path.iterdir()))


def test_a_changed_source_is_compiled_anew(tmp_path, compiled) -> None:
    assert environment(tmp_path, "old {{ a }}").get_template("page").render(a=1) == "old 1"
    assert environment(tmp_path, "new {{ a }}").get_template("page").render(a=1) == "new 1"
    assert len(compiled) == 2


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"j2\x05\0", "half"], ids=["empty", "zeros", "head", "half"])
def test_a_damaged_file_counts_as_none(tmp_path, compiled, damage) -> None:
    environment(tmp_path, "a {{ a }}").get_template("page")
    (kept,) = tmp_path.glob("*.bin")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2] if damage == "half" else damage)
    assert environment(tmp_path, "a {{ a }}").get_template("page").render(a=2) == "a 2"
    assert len(compiled) == 2 and kept.read_bytes() == whole


def test_where_nothing_can_be_kept_pages_are_drawn_all_the_same(tmp_path, compiled) -> None:
    (tmp_path / "file").write_text("not a folder")
    for _time in range(2):
        assert environment(tmp_path / "file" / "x", "a {{ a }}").get_template("page").render(a=3) == "a 3"
    assert len(compiled) == 2


def test_the_application_keeps_its_own_beside_its_data(app) -> None:
    from core import templates

    templates.init_app(app)
    app.jinja_env.cache.clear()
    app.test_client().get("/app/sign-in", follow_redirects=True)
    folder = app.config["SETTINGS"].data / "cache" / "templates"
    assert not folder.exists(), "the moment a page was first drawn is written nowhere"
    app.jinja_env.cache.clear()
    templates.compile_all(app)
    assert len(list(folder.glob("*.bin"))) == len(app.jinja_env.list_templates()) > 200
    assert folder.stat().st_mode & 0o077 == 0 and app.jinja_env.auto_reload is False
