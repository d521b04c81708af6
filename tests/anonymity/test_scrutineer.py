"""The scrutineer's seal: the RFC's own vector, and that no other key opens it."""

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from anonymity import scrutineer
from anonymity.encoding import Malformed, b64u, sha256
from core.seal import CannotOpen

INFO = b"7:tag"
PRIVATE, PUBLIC = scrutineer.generate()


def test_the_suite_is_that_of_rfc_9180_appendix_a_2() -> None:
    """A.2.1.1, number 0: it has associated data, which our seals have not, hence the way below the interface."""
    private = X25519PrivateKey.from_private_bytes(
        bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
    )
    sealed = bytes.fromhex(
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )
    opened = openssl.hpke._decrypt_with_aad(scrutineer._SUITE, sealed, private, b"Ode on a Grecian Urn", b"Count-0")
    assert opened == b"Beauty is truth, truth beauty"


@given(st.binary(max_size=2000), st.binary(max_size=40))
def test_what_is_sealed_opens(content: bytes, info: bytes) -> None:
    sealed = scrutineer.seal(PUBLIC, content, info)
    assert len(sealed) == len(content) + scrutineer.OVERHEAD
    assert scrutineer.open(PRIVATE, sealed, info) == content
    assert scrutineer.seal(PUBLIC, content, info) != sealed


def test_nothing_else_opens_it() -> None:
    sealed = scrutineer.seal(PUBLIC, b"answer", INFO)
    other, _public = scrutineer.generate()
    for key, content, info in ((other, sealed, INFO), (PRIVATE, sealed, b"8:tag"), (PRIVATE, sealed[:47], INFO)):
        with pytest.raises(CannotOpen):
            scrutineer.open(key, content, info)


@given(st.integers(0, 6 + scrutineer.OVERHEAD - 1), st.integers(1, 255))
def test_a_changed_byte_is_found(place: int, change: int) -> None:
    sealed = bytearray(scrutineer.seal(PUBLIC, b"answer", INFO))
    sealed[place] ^= change
    if place == 31 and change == 128:
        return  # X25519 leaves out the highest bit of a public key (RFC 7748); the content is the same
    with pytest.raises(CannotOpen):
        scrutineer.open(PRIVATE, bytes(sealed), INFO)


def test_a_key_is_read_as_it_was_kept() -> None:
    assert scrutineer.public_key(f"\n {PRIVATE}\r\n") == PUBLIC
    assert PRIVATE.split()[2] == sha256(PUBLIC).hex()[:8]


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_public_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(Malformed):
        scrutineer.seal(bytes(size), b"", INFO)


def test_a_public_key_without_a_private_one_is_refused() -> None:
    with pytest.raises(Malformed):
        scrutineer.seal(bytes(32), b"", INFO)


def test_a_slip_of_the_pen_in_a_key_is_found() -> None:
    mark, key, check = PRIVATE.split()
    for wrong in (
        "",
        key,
        f"{mark} {key}",
        f"{mark} {key[:-2]} {check}",
        f"{mark} {b64u(bytes(32))} {check}",
        f"other {key} {check}",
        f"{mark} {key} 00000000",
    ):
        with pytest.raises(Malformed):
            scrutineer.open(wrong, bytes(100), INFO)
