"""Files are whole, private and found again, in a folder and in object storage alike, whoever asks for which name."""

import os
import stat
from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock, storage
from core.settings import WrongSetting, read
from core.storage import bucket, folder
from tests.core import object_storage

PLACES = ("folder", "bucket")


@pytest.fixture(scope="module")
def server():
    with object_storage.started() as address:
        yield address


@pytest.fixture
def at_bucket(app, server, monkeypatch):
    """Keep the files of `app` in a new bucket, under a prefix that others share the bucket with."""
    for name, value in object_storage.KEYS.items():
        monkeypatch.setenv(name, value)
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(
        app.config, "SETTINGS", replace(settings, storage="s3://xinsheng/ours/here", storage_endpoint=server)
    )
    storage.init_app(app)
    place = app.extensions["storage"]
    place.client.create_bucket(Bucket="xinsheng")
    place.client.put_object(Bucket="xinsheng", Key="theirs/reports/1.pdf", Body=b"theirs")
    yield place
    for page in place.client.get_paginator("list_objects_v2").paginate(Bucket="xinsheng"):
        for each in page.get("Contents", ()):
            place.client.delete_object(Bucket="xinsheng", Key=each["Key"])
    place.client.delete_bucket(Bucket="xinsheng")


@pytest.fixture(params=PLACES)
def place(request, app):
    """The name of the place files are kept in."""
    if request.param == "bucket":
        request.getfixturevalue("at_bucket")
    return request.param


def test_what_was_written_is_read_listed_and_removed(place) -> None:
    storage.write("reports/7.pdf", b"first")
    storage.write("reports/7.pdf", b"second, longer")
    storage.write("reports/中文 名.docx", b"")
    storage.write("reports/deep/er.txt", b"x" * 70_000)
    storage.write("renderings/1.pdf", b"other")
    assert storage.read("reports/7.pdf") == b"second, longer" and storage.size("reports/7.pdf") == 14
    assert list(storage.names("reports/")) == ["reports/7.pdf", "reports/deep/er.txt", "reports/中文 名.docx"]
    assert list(storage.names("reports/d")) == ["reports/deep/er.txt"] and list(storage.names("none/")) == []
    assert storage.exists("reports/中文 名.docx") and not storage.exists("reports/deep")
    storage.remove("reports/7.pdf")
    storage.remove("reports/7.pdf")
    assert not storage.exists("reports/7.pdf") and not storage.path("reports/7.pdf").exists()
    for ask in (storage.read, storage.size):
        with pytest.raises(storage.Missing):
            ask("reports/7.pdf")
    with pytest.raises(storage.Missing):
        storage.read("reports/deep")
    storage.check()
    assert storage.elsewhere() is (place == "bucket")


def test_a_large_file_goes_in_without_passing_through_memory(place, monkeypatch) -> None:
    monkeypatch.setattr(bucket, "PART", 5 * 1024**2)  # S3 takes no smaller part
    made, content = storage.scratch() / "made", os.urandom(11 * 1024**2)
    made.write_bytes(content)
    storage.put("snapshots/a.parquet", made)
    assert not made.exists() and storage.read("snapshots/a.parquet") == content
    path = storage.path("snapshots/a.parquet")
    assert path.read_bytes() == content and path.suffix == ".parquet"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "", "xinsheng.db", "keys/secret_key", "scratch/x", "cache/x", "/etc/passwd", "reports/../keys/secret_key",
        "reports//x", "reports/.x", ".x/y", "reports/", "reports\\..\\x/y", "reports/a\nb", "reports/a\0",
    ],
)  # fmt: skip
def test_a_name_leads_to_a_file_of_ours_or_nowhere(app, name) -> None:
    for ask in (storage.read, storage.remove, storage.exists, storage.path, storage.size):
        with pytest.raises(ValueError, match="no name"):
            ask(name)
    with pytest.raises(ValueError, match="no name"):
        storage.write(name, b"x")


@pytest.mark.parametrize("prefix", ["", "keys/", "xinsheng", "../", "reports/../keys/", "/"])
def test_only_a_folder_of_ours_can_be_listed(app, prefix) -> None:
    with pytest.raises(ValueError, match="no name"):
        list(storage.names(prefix))


def test_neither_a_draft_nor_a_link_is_a_file(app) -> None:
    storage.write("reports/1.pdf", b"1")
    root = app.config["SETTINGS"].data
    (root / "reports" / ".2.pdf.abc").write_bytes(b"half")
    (root / "reports" / "3.pdf").symlink_to(root / "keys" / "secret_key")
    assert list(storage.names("reports/")) == ["reports/1.pdf"] and not storage.exists("reports/3.pdf")


@pytest.mark.parametrize("moment", ["write", "fsync", "replace"])
def test_a_failed_write_leaves_what_was_there(app, monkeypatch, moment) -> None:
    storage.write("reports/1.pdf", b"whole")
    root = app.config["SETTINGS"].data / "reports"

    def full(*given, **more):
        raise OSError(28, "No space left on device")

    if moment == "write":
        monkeypatch.setattr(folder, "new_file", full)
    else:
        monkeypatch.setattr(folder.os, moment, full)
    with pytest.raises(OSError, match="No space"):
        storage.write("reports/1.pdf", b"half")
    monkeypatch.undo()
    assert storage.read("reports/1.pdf") == b"whole"
    assert [path.name for path in root.iterdir()] == ["1.pdf"], "no draft is left"


def test_it_is_on_the_disk_before_it_is_named(app, monkeypatch) -> None:
    done: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(folder.os, name, lambda *given, name=name, real=real: (done.append(name), real(*given))[1])
    storage.write("reports/1.pdf", b"x")
    assert done == ["fsync", "fsync", "replace", "fsync"]  # the new folder, the file; its name, the name's folder


def test_several_who_write_one_name_leave_one_of_theirs(app) -> None:
    from concurrent.futures import ThreadPoolExecutor

    place = app.extensions["storage"]
    contents = [bytes([number]) * 50_000 for number in range(16)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda content: place.write("reports/one.pdf", content), contents))
    assert storage.read("reports/one.pdf") in contents
    assert [path.name for path in (app.config["SETTINGS"].data / "reports").iterdir()] == ["one.pdf"]


def test_a_copy_is_fetched_once_and_anew_when_the_file_changed(app, at_bucket, monkeypatch) -> None:
    storage.write("snapshots/a.parquet", b"one")
    fetched, real = [], at_bucket._fetch
    monkeypatch.setattr(at_bucket, "_fetch", lambda name, copy: (fetched.append(name), real(name, copy))[1])
    first = storage.path("snapshots/a.parquet")
    assert storage.path("snapshots/a.parquet") == first and len(fetched) == 1
    storage.write("snapshots/a.parquet", b"two")  # another machine might have
    second = storage.path("snapshots/a.parquet")
    assert second.read_bytes() == b"two" and first.read_bytes() == b"one", "who still reads the old one may"
    storage.remove("snapshots/a.parquet")
    assert not first.exists() and not second.exists(), "what is removed is removed here, too"


def test_copies_nobody_uses_make_room(app, at_bucket, monkeypatch) -> None:
    monkeypatch.setattr(bucket, "CACHED", 10)
    for name in "abc":
        storage.write(f"snapshots/{name}.parquet", b"12345678")
    first = storage.path("snapshots/a.parquet")
    second = storage.path("snapshots/b.parquet")
    assert first.exists(), "it was used a moment ago"
    later = clock.now() + timedelta(seconds=bucket.UNUSED + 60)
    os.utime(second, (later.timestamp(), later.timestamp()))
    monkeypatch.setattr(clock, "now", lambda: later)
    storage.path("snapshots/c.parquet")
    assert not first.exists() and second.exists()


def test_the_prefix_is_kept_to(app, at_bucket) -> None:
    storage.write("reports/2.pdf", b"ours")
    keys = [each["Key"] for each in at_bucket.client.list_objects_v2(Bucket="xinsheng")["Contents"]]
    assert keys == ["ours/here/reports/2.pdf", "theirs/reports/1.pdf"]
    assert list(storage.names("reports/")) == ["reports/2.pdf"]
    assert not (app.config["SETTINGS"].data / "reports").exists()


def test_a_storage_out_of_reach_is_told_and_nothing_else(app, at_bucket, monkeypatch) -> None:
    settings = app.config["SETTINGS"]
    monkeypatch.setattr(bucket, "ATTEMPTS", 1)
    for address, endpoint in (("s3://xinsheng", "http://127.0.0.1:9"), ("s3://not-there", settings.storage_endpoint)):
        monkeypatch.setitem(app.config, "SETTINGS", replace(settings, storage=address, storage_endpoint=endpoint))
        storage.init_app(app)
        for ask in (storage.check, lambda: storage.write("reports/1.pdf", b"x"), lambda: list(storage.names("r/"))):
            with pytest.raises(storage.Unavailable) as told:
                ask()
            assert told.value.status == 503 and "127.0.0.1" not in str(told.value)
        made = storage.scratch() / "made"
        made.write_bytes(b"x")
        with pytest.raises(storage.Unavailable):
            storage.put("reports/1.pdf", made)
        assert made.exists(), "what could not be kept is not taken away"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XINSHENG_STORAGE", "http://bucket"), ("XINSHENG_STORAGE", "s3://"), ("XINSHENG_STORAGE", "s3://Bucket"),
        ("XINSHENG_STORAGE", "s3://bucket/../x y"), ("XINSHENG_STORAGE_ENDPOINT", "127.0.0.1:9000"),
        ("XINSHENG_KEYS", "/no/such/folder"),
    ],
)  # fmt: skip
def test_a_wrong_place_is_named(tmp_path, name, value) -> None:
    with pytest.raises(WrongSetting, match=name):
        read({"XINSHENG_DATA": str(tmp_path), name: value})


def test_the_keys_may_lie_elsewhere(tmp_path) -> None:
    given = {"XINSHENG_DATA": str(tmp_path / "data"), "XINSHENG_KEYS": str(tmp_path)}
    assert read(given).keys == tmp_path and read({**given, "XINSHENG_KEYS": ""}).keys == tmp_path / "data" / "keys"


def test_what_killed_processes_left_is_tidied_away_after_a_day(app, monkeypatch) -> None:
    for number in (1, 2):
        (storage.scratch() / f"making-{number}").mkdir()
        (storage.scratch() / f"making-{number}" / "rows").write_bytes(b"x")
    (storage.scratch() / "half").write_bytes(b"x")
    storage.write("reports/deep/1.pdf", b"whole")
    data = app.config["SETTINGS"].data
    draft, key = data / "reports" / "deep" / ".2.pdf.abc", data / "keys" / ".closing"
    draft.write_bytes(b"half")
    key.write_bytes(b"")
    storage.tidy()
    assert len(list(storage.scratch().iterdir())) == 3 and draft.exists()
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    os.utime(storage.scratch() / "making-2", (later.timestamp(), later.timestamp()))
    storage.tidy()
    assert [path.name for path in storage.scratch().iterdir()] == ["making-2"] and not draft.exists()
    assert storage.read("reports/deep/1.pdf") == b"whole" and key.exists()


def test_a_folder_that_cannot_be_written_is_told(app, monkeypatch) -> None:
    monkeypatch.setattr(folder.os, "access", lambda path, mode: False)
    with pytest.raises(storage.Unavailable):
        storage.check()
