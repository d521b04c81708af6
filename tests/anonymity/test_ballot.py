"""What a ballot is made of, to the byte."""

import hashlib
import hmac

import pytest

from anonymity import ballot
from anonymity.encoding import Malformed
from tests.anonymity.boards import SVB1

MH = bytes(range(32))


@pytest.mark.parametrize("vector", SVB1["ballots"], ids=lambda vector: vector["seed"][:4])
def test_vectors(vector: dict[str, str]) -> None:
    message = ballot.message(bytes.fromhex(vector["prefix"]), bytes.fromhex(vector["mh"]))
    committed = ballot.commitment(bytes.fromhex(vector["salt"]), vector["answers"])
    assert message.hex() == vector["message"]
    assert committed.hex() == vector["commitment"]
    assert ballot.leaf(message, committed).hex() == vector["leaf"]


def test_the_parts_are_those_of_the_protocol() -> None:
    message = ballot.message(b"p" * 32, MH)
    assert message == b"p" * 32 + b"svb1" + MH
    committed = hashlib.sha256(b"s" * 16 + "q1=好".encode()).digest()
    assert ballot.commitment(b"s" * 16, "q1=好") == committed
    assert (
        ballot.leaf(message, committed)
        == hashlib.sha256(b"leaf1" + hashlib.sha256(message).digest() + committed).digest()
    )
    assert ballot.tag(b"k" * 32, message) == hmac.digest(b"k" * 32, hashlib.sha256(message).digest(), "sha256")


def test_a_slip_has_a_seed_and_a_salt_of_its_own() -> None:
    seed, salt = ballot.slip_seed(b"k" * 32, MH), ballot.slip_salt(b"k" * 32, MH)
    assert seed == hmac.digest(b"k" * 32, b"slip" + MH, "sha256")[:16]
    assert salt == hmac.digest(b"k" * 32, b"salt" + MH, "sha256")[:16]
    assert ballot.slip_seed(b"l" * 32, MH) != seed != ballot.slip_seed(b"k" * 32, bytes(32))


def test_parts_of_another_length_are_refused() -> None:
    for wrong in (
        lambda: ballot.message(bytes(31), MH),
        lambda: ballot.message(bytes(33), MH),
        lambda: ballot.message(bytes(32), MH[1:]),
        lambda: ballot.commitment(bytes(15), ""),
        lambda: ballot.commitment(bytes(16), "\ud800"),
        lambda: ballot.leaf(b"m", bytes(31)),
    ):
        with pytest.raises(Malformed):
            wrong()
