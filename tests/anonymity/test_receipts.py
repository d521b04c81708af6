"""What the server signs holds for one ballot of one survey, and for nothing else."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from anonymity import blind, receipts
from anonymity.encoding import Malformed
from tests.anonymity.boards import ISSUE, RECEIPT, SVB1

MH, LEAF = b"m" * 32, b"l" * 32
PUBLIC = RECEIPT.public_key()
SIGNATURE = receipts.receipt(RECEIPT, MH, LEAF)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_a_receipt_holds_for_its_ballot_only() -> None:
    assert len(SIGNATURE) == 64
    assert receipts.check_receipt(PUBLIC, MH, LEAF, SIGNATURE)
    assert not receipts.check_receipt(PUBLIC, MH, b"x" * 32, SIGNATURE)
    assert not receipts.check_receipt(PUBLIC, b"x" * 32, LEAF, SIGNATURE)
    assert not receipts.check_receipt(receipts.generate().public_key(), MH, LEAF, SIGNATURE)


@pytest.mark.parametrize("vector", SVB1["ballots"], ids=lambda vector: vector["seed"][:4])
def test_vectors(vector: dict[str, Any]) -> None:
    mh, leaf, signature = (bytes.fromhex(vector[name]) for name in ("mh", "leaf", "receipt"))
    assert receipts.check_receipt(PUBLIC, mh, leaf, signature)


def test_the_signature_is_that_of_rfc_6979_appendix_a_2_5() -> None:
    """P-256 with SHA-256, message "sample": r and s one after the other."""
    public = ec.EllipticCurvePublicNumbers(
        0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
        0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
        receipts.CURVE,
    ).public_key()
    signature = bytes.fromhex(
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )
    assert receipts._verify(public, b"sample", signature)
    assert not receipts._verify(public, b"samples", signature)


@given(st.integers(0, 63), st.integers(1, 255))
def test_a_changed_byte_is_found(place: int, change: int) -> None:
    changed = bytearray(SIGNATURE)
    changed[place] ^= change
    assert not receipts.check_receipt(PUBLIC, MH, LEAF, bytes(changed))


@given(st.binary(max_size=80))
def test_no_stray_bytes_are_a_receipt(signature: bytes) -> None:
    assert not receipts.check_receipt(PUBLIC, MH, LEAF, signature)


def test_numbers_outside_the_curve_are_no_receipt() -> None:
    r, s = SIGNATURE[:32], SIGNATURE[32:]
    beyond = [number.to_bytes(32, "big") for number in (0, ORDER, ORDER + 1, 2**256 - 1)]
    for wrong in [*((one, s) for one in beyond), *((r, one) for one in beyond), (s, r), (r, s, b"\0"), (r, b"\0", s)]:
        assert not receipts.check_receipt(PUBLIC, MH, LEAF, b"".join(wrong))


def test_a_receipt_is_no_board_and_a_board_no_receipt() -> None:
    signature = receipts.sign_board(RECEIPT, "心{}")
    assert receipts.check_board(PUBLIC, "心{}", signature)
    assert not receipts.check_board(PUBLIC, "心{ }", signature)
    assert receipts._verify(PUBLIC, b"board1" + "心{}".encode(), signature)
    assert receipts._verify(PUBLIC, b"receipt1" + MH + LEAF, SIGNATURE)
    assert not receipts.check_receipt(PUBLIC, "心{}".encode(), b"", signature)


def test_keys_come_back_from_their_files() -> None:
    der = receipts.public_der(RECEIPT)
    assert receipts.public_der(PUBLIC) == der
    assert receipts.public_key(der).public_numbers() == PUBLIC.public_numbers()
    assert len(der) == 91, "browsers read the point at a known place"


def test_only_keys_on_the_curve_are_taken() -> None:
    der = receipts.public_der(RECEIPT)
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + PUBLIC.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    off_the_curve = der[:-1] + bytes([der[-1] ^ 1])
    other_curve = receipts.public_der(ec.generate_private_key(ec.SECP256K1()))
    assert serialization.load_der_public_key(compressed).public_numbers() == PUBLIC.public_numbers()
    for wrong in (b"", bytes(91), der + b"\0", blind.public_der(ISSUE), compressed, off_the_curve, other_curve):
        with pytest.raises(Malformed):
            receipts.public_key(wrong)


def test_a_pem_file_of_another_kind_is_no_key_for_receipts() -> None:
    for key in (ISSUE, ec.generate_private_key(ec.SECP256K1())):
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with pytest.raises(Malformed):
            receipts.private_key(pem)
