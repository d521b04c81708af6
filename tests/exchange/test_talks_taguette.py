"""A project as Taguette's own importer reads one, in the steps it takes."""

import html
import re
import sqlite3
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.documents import printable
from exchange.talks.base import Code
from exchange.talks.taguette import Taguette
from tests.conftest import words_of_errors
from tests.exchange.talk_plays import NOTES, code, file_of, told
from tests.exchange.test_talks_qdpx import CANTEEN, ROTA, bundle_of


def opened(content: bytes) -> sqlite3.Connection:
    """Open a project as its reader does: not trusting it, and refusing what is not whole."""
    database = sqlite3.connect(":memory:")
    database.deserialize(content)
    database.execute("PRAGMA trusted_schema = OFF")
    assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("db5e31a0233d",)]
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"users", "projects", "project_members", "documents", "commands", "tags", "highlights"} <= tables
    return database


def highlighted(database: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return (document, tag, words) of every highlight, its places counted in bytes of the text between the marks."""
    found = []
    rows = database.execute(
        "SELECT d.name, t.path, d.contents, h.start_offset, h.end_offset, h.snippet FROM highlights h "
        "JOIN documents d ON d.id = h.document_id JOIN highlight_tags ht ON ht.highlight_id = h.id "
        "JOIN tags t ON t.id = ht.tag_id ORDER BY h.id, t.id"
    )
    for document, tag, contents, start, end, snippet in rows:
        assert isinstance(start, int) and 0 <= start < end
        bare = html.unescape(re.sub(r"</?p>", "", contents)).encode()
        words = bare[start:end].decode()
        assert words == html.unescape(re.sub(r"</?p>", "", snippet))
        found.append((document, tag, words))
    return found


def test_documents_tags_and_highlights(cast: SimpleNamespace) -> None:
    talk = told(cast)
    code(cast, "排班", (talk, ROTA))
    code(cast, "食堂", (talk, CANTEEN), (talk, ROTA))
    database = opened(file_of(cast, "taguette"))
    assert sorted(highlighted(database), key=lambda one: one[1:]) == [
        ("001 2026-10-20 A3 党员丙", "排班", ROTA),
        ("001 2026-10-20 A3 党员丙", "食堂", ROTA),
        ("001 2026-10-20 A3 党员丙", "食堂", CANTEEN),
    ]
    ((contents,),) = database.execute("SELECT contents FROM documents")
    assert contents.startswith("".join(f"<p>{line}</p>" for line in NOTES.split("\n")))
    for table, column, most in (("projects", "name", 50), ("documents", "name", 50), ("documents", "filename", 100)):
        ((longest,),) = database.execute(f"SELECT max(length({column})) FROM {table}")
        assert 0 < longest <= most


def test_without_names_nobody_is_in_it(cast: SimpleNamespace) -> None:
    talk = told(cast)
    code(cast, "排班", (talk, ROTA))
    content = file_of(cast, "taguette", names=False)
    for word in ("党员丙", "委员乙", "书记甲", "13800138000", "定期谈心", "2026-10-20"):
        assert word.encode() not in content, word
    assert [words for _document, _tag, words in highlighted(opened(content))] == [ROTA]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40), st.integers(0, 40), st.integers(1, 20))
def test_places_count_bytes_whatever_stands_there(text: str, start: int, length: int) -> None:
    notes = printable(f"<b>&开头😀{text}结尾")
    start = min(start, len(notes) - 1)
    end = min(start + length, len(notes))
    with words_of_errors():
        content = Taguette().write(bundle_of(notes, (start, end, 1), name="<x>", codes=(Code(1, "<码>", "&"),)))
    if notes[start:end].strip("\n"):
        ((_document, tag, words),) = highlighted(opened(content))
        assert (tag, words) == ("<码>", notes[start:end].replace("\n", ""))
