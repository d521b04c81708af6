"""A project of Taguette, which reads no REFI-QDA: its own database, made in memory."""

import sqlite3
from html import escape

from core.documents import printable
from core.i18n import _, lazy
from exchange.talks import refi
from exchange.talks.base import Bundle, Format, ToldTalk

REVISION = (
    "db5e31a0233d"  # of Taguette's tables, as its version 1.5 writes them; newer ones bring them up to date themselves
)
WRITER = "xinsheng"
NAME, FILE, TAG, DESCRIPTION = 50, 100, 200, 100_000  # characters Taguette takes
TABLES = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE TABLE users (login VARCHAR(30) NOT NULL PRIMARY KEY, created DATETIME NOT NULL, hashed_password VARCHAR(192),
    disabled BOOLEAN NOT NULL, password_set_date DATETIME, language VARCHAR(10), email VARCHAR(256) UNIQUE,
    email_sent DATETIME);
CREATE TABLE projects (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL,
    description TEXT NOT NULL, created DATETIME NOT NULL);
CREATE TABLE project_members (project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_login VARCHAR(30) NOT NULL REFERENCES users (login) ON DELETE CASCADE ON UPDATE CASCADE,
    privileges VARCHAR(11) NOT NULL, PRIMARY KEY (project_id, user_login));
CREATE TABLE documents (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL,
    description TEXT NOT NULL, filename VARCHAR(200) NOT NULL, created DATETIME NOT NULL,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE, text_direction VARCHAR(13) NOT NULL,
    contents TEXT NOT NULL);
CREATE TABLE commands (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, date DATETIME NOT NULL,
    user_login VARCHAR(30) NOT NULL REFERENCES users (login) ON UPDATE CASCADE,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE, document_id INTEGER,
    payload TEXT NOT NULL);
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE, path VARCHAR(200) NOT NULL,
    description TEXT NOT NULL, UNIQUE (project_id, path));
CREATE TABLE highlights (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE, start_offset INTEGER NOT NULL,
    end_offset INTEGER NOT NULL, snippet TEXT NOT NULL);
CREATE TABLE highlight_tags (highlight_id INTEGER NOT NULL REFERENCES highlights (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE, PRIMARY KEY (highlight_id, tag_id));
"""


class Taguette(Format):
    """One project: a document for each talk, the concerns as tags, the passages highlighted."""

    key = "taguette"
    ending = "sqlite3"
    label = lazy("Taguette project")
    hint = lazy("For Taguette: the notes as documents, the concerns as tags. Open it there with “Import a project”.")
    order = 35
    mimetype = "application/vnd.sqlite3"
    masks = True

    def write(self, bundle: Bundle) -> bytes:
        """Return the database."""
        database = sqlite3.connect(":memory:")
        try:
            database.execute("PRAGMA temp_store = MEMORY")
            database.executescript(TABLES)
            _fill(database, bundle)
            database.commit()
            return database.serialize()
        finally:
            database.close()


def _fill(database: sqlite3.Connection, bundle: Bundle) -> None:
    at = f"{bundle.made_on.isoformat()} 00:00:00.000000"
    name = (printable(bundle.title) or _("Talks"))[:NAME]
    told = "\n".join(bundle.told)
    database.execute("PRAGMA application_id = 0x54677474")  # "Tgtt"
    database.execute("INSERT INTO alembic_version VALUES (?)", (REVISION,))
    database.execute("INSERT INTO users (login, created, disabled) VALUES (?, ?, 0)", (WRITER, at))
    database.execute("INSERT INTO projects VALUES (1, ?, ?, ?)", (name, told[:DESCRIPTION], at))
    database.execute("INSERT INTO project_members VALUES (1, ?, 'ADMIN')", (WRITER,))
    tags = {code.id: number for number, code in enumerate(bundle.codes, start=1)}
    for code in bundle.codes:
        row = (tags[code.id], code.name[:TAG], code.description[:DESCRIPTION])
        database.execute("INSERT INTO tags VALUES (?, 1, ?, ?)", row)
    for number, talk in enumerate(bundle.talks, start=1):
        title = refi.source_name(bundle, number, talk)[:NAME]
        facts = "\n".join(f"{fact}{_(': ')}{text}" for fact, text in refi.told_of(bundle, talk).items() if text)
        contents = _html(refi.text_of(talk))
        row = (number, title, facts, f"{number:03}.txt", at, contents)
        database.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, 1, 'LEFT_TO_RIGHT', ?)", row)
        _highlight(database, number, talk, tags)


def _highlight(database: sqlite3.Connection, document: int, talk: ToldTalk, tags: dict[int, int]) -> None:
    text = refi.text_of(talk)
    for start, end in sorted({(coded.start, coded.end) for coded in talk.coded}):
        places = (_place(text, start), _place(text, end))
        row = (document, *places, _html(text[start:end]))
        sql = "INSERT INTO highlights (document_id, start_offset, end_offset, snippet) VALUES (?, ?, ?, ?)"
        id_ = database.execute(sql, row).lastrowid
        for tag in sorted({tags[one.code_id] for one in talk.coded if (one.start, one.end) == (start, end)}):
            database.execute("INSERT INTO highlight_tags VALUES (?, ?)", (id_, tag))


def _html(text: str) -> str:
    """Return a text as a document: a paragraph for each line."""
    return "".join(f"<p>{escape(line, False)}</p>" for line in text.split("\n"))


def _place(text: str, at: int) -> int:
    """Return a place as Taguette counts: bytes of UTF-8 of the text between the paragraphs' marks."""
    return len(text[:at].replace("\n", "").encode())
