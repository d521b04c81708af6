"""After everything that is done with talks, none of their words stands anywhere in plain text, but what was let go."""

import base64
import json
import logging
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from core.db import db
from core.spreadsheet import write_csv
from interviews.models import FollowUp, Talk, TalkDraft, TalkImport, TalkPassage
from members.models import Account
from tests.conftest import POSTGRES, build, engines, people
from tests.interviews.plays import sheet
from tests.unsealed import parts
from vault import session as vault_session

# What is said must be long enough to be found by chance nowhere. The first word names the way it takes.
# A server has one log of writes for all its databases: what a control plants must be nobody else's sentence.
PLANTED = "这一句是特意埋下的，好让查找的人能找到它"
KEPT = {
    "draft": "草稿里写到库房钥匙交给了老耿保管",
    "typed_twice": "第二稿又说起他夜里总惦记锅炉水位",
    "alone": "只对谈话人讲她体检有一项要半年后复查",
    "secretary_aside": "书记听着就好这是他家里的私事不必往外说",
    "committee_aside": "谈到一半他接了个电话说孩子在学校等着",
    "first_version": "第一版里写着他想调到白班去带新人",
    "outside": "不属于任何调研的一次闲聊说到钓鱼和腌菜",
    "promise": "答应下周三前陪他去找社保窗口问清楚",
    "outcome": "已经陪他跑了两趟社保窗口补上了两个月",
    "reason": "岗位编制归总部管支部办不了只能转呈",
    "earlier_promise": "原先答应替他打听幼儿园转学的事",
    "imported": "从表格导入的那次说到宿舍水管漏了半年",
    "not_imported": "还没写入的那一行说到食堂阿姨认得每个人",
    "faulty": "缺了谈话人的那一行说到停车棚要装雨帘",
    "crash": "保存到一半机器断电之前打的这一行字",
    "narrowed": "后来改成只给谈话人看的那句停车收费太贵不合理",
    "withdrawn": "当事人要求收回的那句食堂菜价太高不合理",
    "searched": "搜索框里打进去的那几个字眼儿",
}
# Sentences that go on to concerns: of talks of an investigation that more than the interviewer may read.
RELEASED = {"secretary": "夜班的宿舍太吵睡不好觉希望安排隔音", "committee": "停车位不够每天早上为抢车位吵架很烦"}
SEARCH_WORDS = "锅炉水位"


@pytest.fixture(params=engines())
def stage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The cast on each engine, with a temporary folder and a log of their own."""
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setattr(tempfile, "tempdir", None)
    app = build(tmp_path / "instance", POSTGRES if request.param == "postgresql" else "", PROPAGATE_EXCEPTIONS=False)
    # As wordy as it can get: values bound to statements would stand here. Of the database's driver not the rows it
    # reads, which it tells at DEBUG: they are what was asked for, and the product's own log has no words of libraries.
    handler = logging.FileHandler(tmp_path / "log.txt", encoding="utf-8")
    loggers = [logging.getLogger(name) for name in ("", "sqlalchemy.engine", "werkzeug")]
    for logger in (*loggers, app.logger):
        logger.addHandler(handler)
        monkeypatch.setattr(logger, "level", logging.INFO if logger.name.startswith("sqlalchemy") else logging.DEBUG)
    with app.app_context():
        cast = people(app)
        yield SimpleNamespace(app=app, cast=cast, folder=tmp_path)
        db.session.remove()
        db.engine.dispose()
    for logger in (*loggers, app.logger):
        logger.removeHandler(handler)
    handler.close()


def client(app: Flask, account: Account):
    """Return a browser signed in with the key open."""
    found = app.test_client()
    with found.session_transaction(path="/app") as session:
        session["_user_id"] = account.get_id()
        session["_fresh"] = True
        session[vault_session.NAME] = vault_session.packed(account, account.keyring)
    return found


def journey(stage: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan, draft, save at each level, amend, promise, settle, import, search, take back, crash."""
    cast = stage.cast
    committee, secretary = client(stage.app, cast.committee_member), client(stage.app, cast.secretary)
    about = str(cast.investigation.id)

    def planned() -> Talk:
        data = sheet(SimpleNamespace(revision=0), investigation=about)
        assert committee.post("/app/talks/new", data=data).status_code == 302
        return db.session.scalars(select(Talk).order_by(Talk.id.desc())).first()

    def save(talk: Talk, level: str, notes: str, **more: str) -> Talk:
        db.session.refresh(talk)
        data = sheet(talk, **{"visibility": level, "notes": notes, "investigation": about, **more})
        answer = committee.post(f"/app/talks/{talk.id}/record", data=data)
        assert answer.status_code == 302, answer.text
        db.session.refresh(talk)
        return talk

    first = planned()
    for key in ("draft", "typed_twice"):
        data = sheet(first, notes=KEPT[key])
        assert committee.post(f"/app/talks/{first.id}/draft", data=data).status_code < 300
    save(first, "interviewer", f"{KEPT['alone']}。")
    save(planned(), "secretary", f"{RELEASED['secretary']}。我答应：{KEPT['secretary_aside']}。")
    third = save(planned(), "committee", f"{RELEASED['committee']}。我答应：{KEPT['first_version']}。")
    promised = {"promises-0-text": KEPT["earlier_promise"], "promises-0-owner": "A1 书记甲"}
    save(third, "committee", f"{RELEASED['committee']}。我答应：{KEPT['committee_aside']}。", **promised)
    promised = {"promises-0-text": KEPT["promise"], "promises-0-owner": "A1 书记甲"}
    promised |= {"promises-1-id": "", "promises-1-text": KEPT["earlier_promise"], "promises-1-owner": "A2 委员乙"}
    promised["promises-1-due_on"] = ""
    save(third, "committee", f"{RELEASED['committee']}。我答应：{KEPT['committee_aside']}。", **promised)
    one, other = db.session.scalars(select(FollowUp).where(FollowUp.talk_id == third.id).order_by(FollowUp.id))
    assert secretary.post(f"/app/promises/{one.id}/keep", data={"outcome": KEPT["outcome"]}).status_code == 302
    assert secretary.post(f"/app/promises/{other.id}/refuse", data={"outcome": KEPT["reason"]}).status_code == 302
    save(planned(), "committee", f"{KEPT['outside']}。", investigation="")
    narrowed = save(planned(), "committee", f"{KEPT['narrowed']}。")
    save(narrowed, "interviewer", f"{KEPT['narrowed']}。")
    withdrawn = save(planned(), "committee", f"{KEPT['withdrawn']}。")
    marks = re.findall(rf"/app/talks/{withdrawn.id}/passages/(\w+)", committee.get(f"/app/talks/{withdrawn.id}").text)
    assert len(marks) == 1
    assert committee.post(f"/app/talks/{withdrawn.id}/passages/{marks[0]}").status_code == 302
    import_files(secretary)
    left = planned()
    assert committee.post(f"/app/talks/{left.id}/draft", data=sheet(left, notes=KEPT["typed_twice"])).status_code < 300
    answer = committee.post("/app/talks/search", data={"words": SEARCH_WORDS})
    assert answer.status_code == 303
    assert committee.get(answer.location).status_code == 200
    assert committee.post("/app/talks/search", data={"words": KEPT["searched"]}).status_code == 303
    crash(committee, planned(), monkeypatch)
    for page in ("/app/", "/app/talks", "/app/promises", "/app/promises?show=kept", f"/app/talks/{third.id}"):
        for reader in (committee, secretary):
            assert reader.get(page).status_code == 200, page


def import_files(secretary) -> None:
    """Write one file of talks, and leave another one unwritten; one row is faulty and quoted nowhere."""
    head = ["编号", "谈话对象", "日期", "谈话人", "密级", "内容", "承诺"]
    for number, key in (("I1", "imported"), ("I2", "not_imported")):
        rows = [[number, "A3", "2026-10-20", "A2", "支委会", KEPT[key], f"办{KEPT[key]}"]]
        rows.append([f"{number}x", "A3", "2026-10-20", "", "支委会", KEPT["faulty"], ""])
        data = {"file": (BytesIO(write_csv(head, rows)), "谈话.csv"), "investigation": ""}
        answer = secretary.post("/app/talks/import", data=data, content_type="multipart/form-data")
        assert answer.status_code == 302, answer.text
        assert secretary.get(answer.location).status_code == 200
        if key == "imported":
            assert secretary.post(answer.location, data={"leave_out": "y"}).status_code == 302


def crash(committee, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine fail when a record has been sealed and not yet committed."""

    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr("interviews.talks.audit.note", fail)
        answer = committee.post(f"/app/talks/{talk.id}/record", data=sheet(talk, notes=KEPT["crash"]))
    assert answer.status_code == 500
    assert KEPT["crash"] not in answer.text


def spellings(words: str) -> Iterator[tuple[str, bytes]]:
    """Yield every way in which a program might have left the words lying about."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        raw = words.encode(encoding)
        yield encoding, raw
        yield f"{encoding} in hexadecimal", raw.hex().encode()
        yield f"{encoding} in HEXADECIMAL", raw.hex().upper().encode()
        for shift in range(3):  # base64 looks different at each of three places
            whole = base64.b64encode(b"\0" * shift + raw)
            inner = whole[4 if shift else 0 : len(whole) // 4 * 4 - 4]
            yield f"{encoding} in base64", inner
            yield f"{encoding} in base64 for addresses", inner.replace(b"+", b"-").replace(b"/", b"_")
    yield "JSON", json.dumps(words)[1:-1].encode()
    yield "JSON in JSON", json.dumps(json.dumps(words)[1:-1])[1:-1].encode()
    yield "percent signs", "".join(f"%{byte:02X}" for byte in words.encode()).encode()
    yield "octal", "".join(f"\\{byte:03o}" for byte in words.encode()).encode()


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield content and what was deflated into it, wherever a stream begins."""
    yield content
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", content):
        for window in (zlib.MAX_WBITS, zlib.MAX_WBITS | 32):
            try:
                inner = zlib.decompressobj(window).decompress(content[start.start() :], 10_000_000)
            except zlib.error:
                continue
            if inner:
                yield inner
                break


def found_in(places: dict[str, bytes], wanted: dict[str, str]) -> list[str]:
    """Return "which words, where, how spelt" for all that is found; parts of eight signs count already."""
    hits = []
    needles = [
        (key, how, needle)
        for key, words in wanted.items()
        for part in {words[:8], words[-8:], words[4:12]}
        for how, needle in spellings(part)
    ]
    for place, content in places.items():
        for layer in unpacked(content):
            hits += [f"{key}: {place}: {how}" for key, how, needle in needles if needle in layer]
    return sorted(set(hits))


def everything(stage: SimpleNamespace, tmp_path: Path) -> dict[str, bytes]:
    """Return all that lies about: files of the data and temporary folders, logs, every cell, a backup."""
    db.session.commit()
    backup = tmp_path / "backup.age"
    made = stage.app.test_cli_runner().invoke(args=["backup", str(backup)])
    assert made.exit_code == 0, made.output
    places = {"the backup as it is": backup.read_bytes()}
    keys = stage.app.config["SETTINGS"].keys
    places |= {f"backup {name}": content for name, content in parts(backup, keys).items()}
    for path in tmp_path.rglob("*"):
        if path.is_file():
            places[str(path.relative_to(tmp_path))] = path.read_bytes()
    places |= {f"cell of {table}": content for table, content in cells()}
    return places


def cells() -> Iterator[tuple[str, bytes]]:
    """Yield every table as text, each column of each row."""
    for name in inspect(db.engine).get_table_names():
        rows = db.session.execute(text(f'SELECT * FROM "{name}"')).all()
        yield name, "\n".join(str(cell) for row in rows for cell in row).encode("utf-8", "surrogatepass")
        blobs = [bytes(cell) for row in rows for cell in row if isinstance(cell, (bytes, memoryview))]
        yield f"{name} (bytes)", b"\n".join(blobs)


def files_of_postgresql() -> dict[str, bytes]:
    """Return the tables' own files and the log, where the server lets us see them."""
    if db.engine.dialect.name != "postgresql":
        return {}
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.execute(text("SHOW data_directory")).scalar() or "/nowhere")
        own = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar()
    paths = [*(folder / "base" / str(own)).glob("*"), *(folder / "pg_wal").glob("0*"), *folder.glob("*.log")]
    if not os.access(folder, os.R_OK):
        return {}
    return {f"PostgreSQL {path.name}": path.read_bytes() for path in paths if path.is_file()}


def test_no_word_of_a_talk_stands_anywhere(
    stage: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey(stage, monkeypatch)
    places = everything(stage, tmp_path)
    assert any("log.txt" in place for place in places) and len(places) > 50
    # A sentence that was let go and then closed or taken back was in plain text for a while: rows and files lose it
    # at once, the database's own log when it is written over.
    gone = {key: KEPT[key] for key in ("narrowed", "withdrawn")}
    sealed = {key: words for key, words in KEPT.items() if key not in gone}
    assert found_in(places, sealed) == []
    assert found_in({place: content for place, content in places.items() if not place.endswith("-wal")}, gone) == []
    assert found_in(files_of_postgresql(), sealed) == []
    # What was let go stands where it should, and nowhere else.
    standing = {place for place, content in places.items() if RELEASED["committee"][:8].encode() in content}
    assert {place for place in standing if place.startswith("cell of")} == {"cell of talk_passage"}
    assert set(db.session.scalars(select(TalkPassage.text).where(TalkPassage.kind != "withheld"))) == {
        f"{words}。" for words in RELEASED.values()
    }


def test_the_words_were_really_kept(stage: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: the journey wrote what it seems to have written."""
    journey(stage, monkeypatch)
    committee = client(stage.app, stage.cast.committee_member)
    pages = "\n".join(committee.get(f"/app/talks/{one}").text for one in db.session.scalars(select(Talk.id)))
    pages += "\n".join(committee.get(f"/app/promises?show={show}").text for show in ("open", "kept", "refused"))
    left = db.session.scalars(select(TalkDraft.talk_id)).all()
    pages += "\n".join(committee.get(f"/app/talks/{one}/record").text for one in left)
    shown = {key for key, words in KEPT.items() if words in pages}
    assert shown == set(KEPT) - {"draft", "not_imported", "faulty", "crash", "searched"}
    assert len(db.session.scalars(select(TalkImport)).all()) == 1


def hidden_in(way: str, words: str) -> bytes:
    """Return the words hidden in one of the ways the test must see through."""
    return {
        "utf-8": words.encode(),
        "utf-16": words.encode("utf-16"),
        "hexadecimal": words.encode().hex().encode(),
        "base64": b"x" + base64.b64encode(b"ab" + words.encode() + b"end of it"),
        "json": json.dumps({"notes": words}).encode(),
        "zlib": b"head" + zlib.compress(f"so {words} so".encode() * 3) + b"tail",
    }[way]


@pytest.mark.parametrize("way", ["utf-8", "utf-16", "hexadecimal", "base64", "json", "zlib"])
def test_a_planted_sentence_is_found(stage: SimpleNamespace, tmp_path: Path, way: str) -> None:
    (stage.folder / "instance" / "left.bin").write_bytes(hidden_in(way, PLANTED))
    hits = found_in(everything(stage, tmp_path), {"alone": PLANTED})
    assert any("left.bin" in hit for hit in hits)


@pytest.mark.parametrize("where", ["row", "log", "temp"])
def test_a_sentence_that_slipped_out_is_found(stage: SimpleNamespace, tmp_path: Path, where: str) -> None:
    if where == "row":
        stage.cast.branch.name = PLANTED
        db.session.commit()
    elif where == "log":
        stage.app.logger.warning("saving %s", PLANTED)
    else:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(PLANTED.encode())
    hits = found_in(everything(stage, tmp_path), {"alone": PLANTED})
    assert any({"row": "cell of", "log": "log.txt", "temp": "temp/"}[where] in hit for hit in hits)
