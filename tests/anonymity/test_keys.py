"""Keys are made once, read every time, and gone for good."""

import multiprocessing
import os
from pathlib import Path

import pytest

from anonymity import blind, receipts
from anonymity.keys import SurveyKeys
from core import seal

READERS = ("signer", "receipt_key", "seal_key", "tag_key")


@pytest.fixture
def keys(tmp_path: Path) -> SurveyKeys:
    made = SurveyKeys(tmp_path / "keys" / "survey-7")
    made.create()
    return made


def files(keys: SurveyKeys) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in keys.folder.iterdir()}


def test_the_files_are_private_and_made_once(keys: SurveyKeys) -> None:
    before = files(keys)
    assert sorted(before) == ["box", "issue.pem", "receipt.pem"]
    assert {path.stat().st_mode & 0o777 for path in keys.folder.iterdir()} == {0o600}
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    keys.create()
    assert files(keys) == before
    assert keys.exist()


def test_every_key_is_another(keys: SurveyKeys) -> None:
    signer, receipt = keys.signer(), keys.receipt_key()
    assert blind.public_der(signer.key) != receipts.public_der(receipt)
    assert blind.public_der(signer.key) == blind.public_der(keys.signer().key)
    assert (signer.key.key_size, receipt.key_size) == (2048, 256)
    assert keys.seal_key() != keys.tag_key() and len(keys.seal_key()) == len(keys.tag_key()) == 32
    assert keys.seal_key() + keys.tag_key() == files(keys)["box"]
    row = seal.seal(keys.seal_key(), b"answer", size=64)
    assert seal.unseal(keys.seal_key(), row) == b"answer"


def _create(folder: Path, start: "multiprocessing.synchronize.Event") -> None:
    start.wait(10)
    SurveyKeys(folder).create()
    kept = SurveyKeys(folder)
    (folder.parent / f"seen-{os.getpid()}").write_bytes(
        kept.seal_key() + blind.public_der(kept.signer().key) + receipts.public_der(kept.receipt_key())
    )


def test_processes_that_race_find_the_same_keys(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    start, folder = fork.Event(), tmp_path / "survey-7"
    racing = [fork.Process(target=_create, args=(folder, start)) for _ in range(5)]
    for process in racing:
        process.start()
    start.set()
    for process in racing:
        process.join(60)
    assert [process.exitcode for process in racing] == [0] * 5
    assert len({path.read_bytes() for path in tmp_path.glob("seen-*")}) == 1
    assert len(list(tmp_path.glob("seen-*"))) == 5
    assert sorted(path.name for path in folder.iterdir()) == ["box", "issue.pem", "receipt.pem"]


def test_no_worker_keeps_a_key(keys: SurveyKeys) -> None:
    worker = SurveyKeys(keys.folder)
    for name in READERS:
        getattr(worker, name)()
    keys.destroy()
    for name in READERS:
        with pytest.raises(FileNotFoundError):
            getattr(worker, name)()
    assert not worker.exist() and not keys.folder.exists()


def test_reading_makes_nothing(tmp_path: Path) -> None:
    keys = SurveyKeys(tmp_path / "survey-9")
    for name in READERS:
        with pytest.raises(FileNotFoundError):
            getattr(keys, name)()
    with pytest.raises(FileNotFoundError):
        keys.rotate(1)
    assert list(tmp_path.iterdir()) == []


def test_destroying_twice_is_harmless(keys: SurveyKeys) -> None:
    keys.rotate(1)
    (keys.folder / ".box.leftover").write_bytes(b"of a process that was killed while it made the key")
    keys.destroy()
    keys.destroy()
    keys.destroy_round(0)
    keys.destroy_round(1)
    assert list(keys.folder.parent.iterdir()) == []


def test_what_is_destroyed_is_overwritten_first(keys: SurveyKeys) -> None:
    before = files(keys)
    held = {}
    for path in keys.folder.iterdir():  # a second name for the same bytes on the disk
        held[path.name] = keys.folder.parent / f"held-{path.name}"
        os.link(path, held[path.name])
    keys.destroy()
    for name, content in before.items():
        left = held[name].read_bytes()
        assert len(left) == len(content)
        assert not any(content[i : i + 16] in left for i in range(0, len(content) - 16, 16))


def test_destroying_goes_on_where_a_crash_stopped_it(keys: SurveyKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    right, calls = seal.destroy_key, []

    def crash_at_the_second(folder: Path, name: str) -> None:
        calls.append(name)
        if len(calls) == 2:
            raise OSError("power cut")
        right(folder, name)

    monkeypatch.setattr(seal, "destroy_key", crash_at_the_second)
    with pytest.raises(OSError, match="power cut"):
        keys.destroy()
    assert keys.folder.exists() and not keys.exist(), "what opens the box goes first"
    monkeypatch.undo()
    keys.destroy()
    assert not keys.folder.exists()


def test_every_round_has_a_key_of_its_own(keys: SurveyKeys) -> None:
    first, tag = keys.seal_key(), keys.tag_key()
    keys.rotate(1)
    second = keys.seal_key(1)
    keys.rotate(1)
    assert keys.seal_key(1) == second != first and len(second) == 32
    keys.destroy_round(0)
    keys.destroy_round(0)
    with pytest.raises(FileNotFoundError):
        keys.seal_key(0)
    assert first not in files(keys)["box"]
    assert keys.tag_key() == tag and keys.seal_key(1) == second, "a ballot spent in the first round stays spent"
    assert keys.exist()
    keys.rotate(2)
    keys.destroy_round(1)
    with pytest.raises(FileNotFoundError):
        keys.seal_key(1)
    assert keys.seal_key(2) != second
    with pytest.raises(ValueError, match="first round"):
        keys.rotate(0)


def test_a_round_made_by_nobody_has_no_key(keys: SurveyKeys) -> None:
    with pytest.raises(FileNotFoundError):
        keys.seal_key(3)


def test_no_key_shows_itself_in_a_log(keys: SurveyKeys) -> None:
    for shown in (repr(keys), repr(keys.signer()), repr(keys.receipt_key())):
        assert str(keys.signer().key.private_numbers().d) not in shown
        assert str(keys.receipt_key().private_numbers().private_value) not in shown
        assert "PRIVATE" not in shown
