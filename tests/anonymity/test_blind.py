"""The vectors of RFC 9474, Appendix A, on both kinds of arithmetic; and what must not be signed."""

import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from anonymity import blind
from anonymity.encoding import Malformed
from tests.anonymity.boards import ISSUE, RFC9474

PUBLIC = ISSUE.public_key()
WAYS = [pytest.param(False, id="python"), pytest.param(True, id="gmpy2")]


def number(text: str) -> int:
    return int(text, 16)


def content(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def key_of(vector: dict[str, Any]) -> rsa.RSAPrivateKey:
    p, q, n, e, d = (number(vector[name]) for name in "pqned")
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(e, n),
    )
    return numbers.private_key()


def test_all_four_variants_are_there() -> None:
    assert {vector["name"].split("SHA384-")[1] for vector in RFC9474} == {
        "PSS-Randomized",
        "PSSZERO-Randomized",
        "PSS-Deterministic",
        "PSSZERO-Deterministic",
    }


@pytest.mark.parametrize("fast", WAYS)
@pytest.mark.parametrize("vector", RFC9474, ids=lambda vector: vector["name"])
def test_vectors_of_the_rfc(vector: dict[str, Any], fast: bool) -> None:
    if fast:
        pytest.importorskip("gmpy2")
    key = key_of(vector)
    public = key.public_key()
    message = content(vector["msg_prefix"]) + content(vector["msg"])
    salt, inverse = content(vector["salt"]), number(vector["inv"])
    assert message == content(vector["input_msg"])
    if "encoded_msg" in vector:
        assert blind.emsa_pss_encode(message, public.key_size - 1, salt) == content(vector["encoded_msg"])
    blinded, found = blind.blind(public, message, salt, pow(inverse, -1, number(vector["n"])))
    assert (blinded, found) == (content(vector["blinded_msg"]), inverse)
    blind_signature = blind.Signer(key, fast=fast).blind_sign(blinded)
    assert blind_signature == content(vector["blind_sig"])
    signature = blind.finalize(public, message, blind_signature, inverse, salt=len(salt))
    assert signature == content(vector["sig"])
    assert blind.verify(public, message, signature, salt=len(salt))
    assert not blind.verify(public, message + b"x", signature, salt=len(salt))
    assert not blind.verify(public, message, signature, salt=48 - len(salt))


def test_gmpy2_is_used_where_it_is() -> None:
    gmpy2 = pytest.importorskip("gmpy2")
    assert isinstance(blind.Signer(ISSUE)._n, type(gmpy2.mpz(1)))
    assert type(blind.Signer(ISSUE, fast=False)._n) is int


@pytest.mark.parametrize("fast", WAYS)
def test_the_same_number_gets_the_same_signature(fast: bool) -> None:
    if fast:
        pytest.importorskip("gmpy2")
    signer = blind.Signer(ISSUE, fast=fast)
    blinded = (12345).to_bytes(256, "big")
    assert signer.blind_sign(blinded) == signer.blind_sign(blinded)


def test_what_is_not_a_number_of_the_key_is_refused() -> None:
    signer = blind.Signer(ISSUE)
    n = PUBLIC.public_numbers().n
    for wrong in (
        bytes(256),
        b"\xff" * 256,
        n.to_bytes(256, "big"),
        (n + 1).to_bytes(256, "big"),
        bytes(255) + b"",
        bytes(256) + b"\x02",
        b"",
    ):
        with pytest.raises(Malformed):
            signer.blind_sign(wrong)
    assert signer.blind_sign((n - 1).to_bytes(256, "big")) == (n - 1).to_bytes(256, "big")


@pytest.mark.parametrize("fast", WAYS)
def test_a_computing_fault_never_leaves(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if fast:
        pytest.importorskip("gmpy2")
    signer = blind.Signer(ISSUE, fast=fast)
    signer._dp += 2  # as if one bit had flipped in memory: half the computation is wrong, half is right
    with pytest.raises(blind.SigningFault):
        signer.blind_sign((2).to_bytes(256, "big"))


def test_the_raw_operation_never_sees_the_same_number_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    right = blind.Signer._raise
    monkeypatch.setattr(blind.Signer, "_raise", lambda self, m: seen.append(int(m)) or right(self, m))
    signer = blind.Signer(ISSUE)
    for _ in range(3):
        signer.blind_sign((7).to_bytes(256, "big"))
    assert len(set(seen)) == 3 and 7 not in seen


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_stray_bytes_are_a_signature(message: bytes, signature: bytes) -> None:
    assert not blind.verify(PUBLIC, message, signature)


def test_a_plain_signature_is_as_good() -> None:
    signature = blind.Signer(ISSUE).sign(b"slip")
    assert blind.verify(PUBLIC, b"slip", signature)
    assert not blind.verify(blind.generate().public_key(), b"slip", signature)


def test_finalize_takes_only_the_right_signature() -> None:
    message, salt = b"m", secrets.token_bytes(48)
    blinded, inverse = blind.blind(PUBLIC, message, salt, secrets.randbelow(2**2000) + 1)
    good = blind.Signer(ISSUE).blind_sign(blinded)
    assert blind.verify(PUBLIC, message, blind.finalize(PUBLIC, message, good, inverse))
    for wrong in (blinded, good[:-1], good + b"\0", bytes(256), good[:-1] + bytes([good[-1] ^ 1])):
        with pytest.raises(Malformed):
            blind.finalize(PUBLIC, message, wrong, inverse)


def test_a_number_that_shares_a_factor_with_the_key_is_refused() -> None:
    with pytest.raises(Malformed):
        blind.blind(PUBLIC, b"m", bytes(48), ISSUE.private_numbers().p)


def test_a_salt_too_long_for_the_key_is_refused() -> None:
    with pytest.raises(Malformed):
        blind.emsa_pss_encode(b"m", 8 * 97, bytes(48))
    assert len(blind.emsa_pss_encode(b"m", 8 * 98, bytes(48))) == 98


def test_keys_come_back_from_their_files() -> None:
    der = blind.public_der(ISSUE)
    assert blind.public_der(PUBLIC) == der
    assert blind.public_key(der).public_numbers() == PUBLIC.public_numbers()


def _der(key: Any) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_only_keys_fit_for_ballots_are_taken() -> None:
    for wrong in (
        b"",
        b"x",
        blind.public_der(ISSUE) + b"\0",
        _der(ec.generate_private_key(ec.SECP256R1())),
        _der(rsa.generate_private_key(65537, 1024)),
        _der(rsa.generate_private_key(3, 2048)),
        blind.public_der(rsa.RSAPublicNumbers(65537, 2**2048 + 1).public_key()),
    ):
        with pytest.raises(Malformed):
            blind.public_key(wrong)


def test_a_pem_file_of_another_kind_is_no_issuing_key() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(Malformed):
        blind.Signer.from_pem(pem)
