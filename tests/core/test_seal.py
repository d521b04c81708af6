"""Keys live in files only their owner reads; boxes tell nothing by their length."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import seal

KEY = bytes(range(64))


def test_a_key_is_made_once_and_private(tmp_path) -> None:
    first = seal.key_file(tmp_path / "keys", "secret_key")
    assert seal.key_file(tmp_path / "keys", "secret_key") == first
    assert (tmp_path / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "keys").iterdir()) == [tmp_path / "keys" / "secret_key"]


def test_many_at_once_get_the_same_key(tmp_path) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(seal.key_file(tmp_path / "k", "box", 64))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16 and len(set(found)) == 1 and len(found[0]) == 64


def test_a_destroyed_key_is_gone(tmp_path) -> None:
    seal.key_file(tmp_path, "box")
    seal.destroy_key(tmp_path, "box")
    seal.destroy_key(tmp_path, "box")
    assert not (tmp_path / "box").exists()


@given(st.binary(max_size=500), st.binary(max_size=20))
def test_what_goes_in_comes_out_and_every_box_is_as_long(content: bytes, bound: bytes) -> None:
    box = seal.seal(KEY, content, size=512, bound_to=bound)
    assert len(box) == 512 + 12 + 16
    assert seal.unseal(KEY, box, bound_to=bound) == content
    with pytest.raises(seal.CannotOpen):
        seal.unseal(KEY, box, bound_to=bound + b"x")


def test_a_changed_box_does_not_open() -> None:
    box = bytearray(seal.seal(KEY, b"answer", size=64))
    box[20] ^= 1
    with pytest.raises(seal.CannotOpen):
        seal.unseal(KEY, bytes(box))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        seal.seal(KEY, b"x" * 64, size=64)


def test_a_tag_needs_the_key() -> None:
    assert seal.tag(KEY, b"code") == seal.tag(KEY, b"code")
    assert seal.tag(KEY, b"code") != seal.tag(KEY[::-1], b"code")
