"""The device's side: everything from one seed, and the seed as a code people can copy."""

from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from anonymity import ballot, blind, device
from anonymity.encoding import Malformed
from tests.anonymity.boards import ISSUE, SVB1, a_manifest

SEEDS = st.binary(min_size=16, max_size=16)
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MANIFEST = a_manifest()


@pytest.mark.parametrize("vector", SVB1["ballots"], ids=lambda vector: vector["seed"][:4])
def test_vectors(vector: dict[str, str]) -> None:
    seed = bytes.fromhex(vector["seed"])
    made = device.Device.begin(vector["manifest"], seed)
    assert device.recovery_code(seed) == vector["recovery_code"]
    assert made.mh.hex() == vector["mh"]
    assert made.prefix.hex() == device.prefix_of(seed, made.mh).hex() == vector["prefix"]
    assert made.message.hex() == vector["message"]
    assert made.blinded.hex() == vector["blinded"]
    assert blind.Signer(ISSUE).blind_sign(made.blinded).hex() == vector["blind_signature"]
    assert made.finish(bytes.fromhex(vector["blind_signature"])).hex() == vector["signature"]


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_any_seed_makes_a_valid_ballot_the_signer_never_sees(seed: bytes) -> None:
    made = device.Device.begin(MANIFEST, seed)
    blind_signature = blind.Signer(ISSUE).blind_sign(made.blinded)
    signature = made.finish(blind_signature)
    assert blind.verify(made.manifest.issuer, ballot.message(made.prefix, made.mh), signature)
    assert signature != blind_signature
    assert device.Device.begin(MANIFEST, device.seed_of(device.recovery_code(seed))).blinded == made.blinded


def test_every_device_and_every_survey_has_another_ballot() -> None:
    one, two = device.Device.begin(MANIFEST), device.Device.begin(MANIFEST)
    other = device.Device.begin(a_manifest(sid="s-2"), one.seed)
    assert len({one.seed, two.seed}) == 2
    assert len({one.prefix, two.prefix, other.prefix}) == 3
    assert len({one.blinded, two.blinded, other.blinded}) == 3


def test_a_signature_by_another_key_is_refused() -> None:
    made = device.Device.begin(MANIFEST)
    with pytest.raises(Malformed):
        made.finish(blind.Signer(blind.generate()).blind_sign(b"\0" + made.blinded[1:]))


def test_a_ballot_in_the_making_does_not_show_itself_in_a_log() -> None:
    made = device.Device.begin(MANIFEST, b"0123456789abcdef")
    shown = repr(made)
    for secret in (made.seed, made.prefix, made.message, made.blinded):
        assert repr(secret) not in shown and secret.hex() not in shown
    assert str(made.inverse) not in shown


@pytest.mark.parametrize("seed", [b"", bytes(15), bytes(17)])
def test_a_seed_of_another_length_is_refused(seed: bytes) -> None:
    with pytest.raises(Malformed):
        device.Device.begin(MANIFEST, seed)
    with pytest.raises(Malformed):
        device.recovery_code(seed)


@given(SEEDS)
def test_a_recovery_code_comes_back(seed: bytes) -> None:
    code = device.recovery_code(seed)
    assert [len(group) for group in code.split("-")] == [4] * 7
    assert set(code) <= set(SIGNS + "-")
    assert device.seed_of(code) == seed
    careless = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert device.seed_of(f"  {careless}\n") == seed
    assert device.seed_of(code.replace("1", "I").replace("-", "")) == seed


@given(SEEDS, st.integers(0, 27), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_found(seed: bytes, place: int, sign: str) -> None:
    signs = device.recovery_code(seed).replace("-", "")
    assume(signs[place] != sign)
    with pytest.raises(Malformed):
        device.seed_of(signs[:place] + sign + signs[place + 1 :])


@given(SEEDS, st.integers(0, 26))
def test_two_neighbours_swapped_are_nearly_always_found(seed: bytes, place: int) -> None:
    """The checksum has 12 bits: a swap may pass once in some thousands, and then gives another seed."""
    signs = device.recovery_code(seed).replace("-", "")
    assume(signs[place] != signs[place + 1])
    swapped = signs[:place] + signs[place + 1] + signs[place] + signs[place + 2 :]
    with suppress(Malformed):
        assert device.seed_of(swapped) != seed


@pytest.mark.parametrize("code", ["", "ABCD", "U" * 28, "0" * 27, "0" * 29, "中" * 28, "0" * 28])
def test_what_is_no_recovery_code_is_refused(code: str) -> None:
    with pytest.raises(Malformed):
        device.seed_of(code)
