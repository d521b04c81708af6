"""RSA blind signatures, RFC 9474: the signer sees a blinded number and never the message it signs.

The server needs only the raw private operation and the check of an RSASSA-PSS signature. OpenSSL does the check and
every plain signature; the raw operation is done here, because no library offers it: with the Chinese remainder
theorem, blinded once more by a fresh random number (the time taken tells nothing about the key), and checked
(a computing fault would otherwise give away a factor; RFC 9474, section 7.1).
"""

import hashlib
import secrets
from functools import lru_cache
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from anonymity.encoding import Malformed

try:
    import gmpy2
except ImportError:  # the pure Python way is about a fifth as fast, and enough for thousands of ballots
    gmpy2 = None

EXPONENT = 65537
SIZES = range(2048, 4097, 8)  # bits of a key; browsers count in whole bytes
SALT = 48  # bytes of PSS salt in RSABSSA-SHA384-PSS-Randomized
HASH = 48  # bytes of SHA-384


class SigningFault(RuntimeError):
    """The computation went wrong; nothing of it may leave the machine."""


def generate(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return a new RSA key of `bits` bits with exponent 65537."""
    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=bits)


def public_der(key: rsa.RSAPrivateKey | rsa.RSAPublicKey) -> bytes:
    """Return the public half of `key` as DER SubjectPublicKeyInfo."""
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=256)
def public_key(der: bytes) -> rsa.RSAPublicKey:
    """Return the RSA key in DER SubjectPublicKeyInfo; raise `Malformed` for any other kind, size or exponent."""
    try:
        key = serialization.load_der_public_key(der)
    except Exception as error:  # the library raises several kinds, and names them differently from version to version
        raise Malformed("not a public key") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in SIZES:
        raise Malformed("not an RSA key of a fit size")
    if key.public_numbers().e != EXPONENT or public_der(key) != der:
        raise Malformed("an RSA key of another form")
    return key


def private_key(pem: bytes) -> rsa.RSAPrivateKey:
    """Return the RSA key in an unencrypted PEM file this server wrote itself (its primes are not tested again)."""
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Malformed("not an RSA key")
    return key


def size(public: rsa.RSAPublicKey) -> int:
    """Return how many bytes a signature by this key has."""
    return (public.key_size + 7) // 8


def emsa_pss_encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """Return `message` hashed and padded to `bits` bits with `salt` (EMSA-PSS, RFC 8017 9.1.1, SHA-384 and MGF1)."""
    length = (bits + 7) // 8
    if length < HASH + len(salt) + 2:
        raise Malformed("the key is too short for the salt")
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - HASH - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(block, _mgf1(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = (hashlib.sha384(seed + i.to_bytes(4, "big")).digest() for i in range(-(-length // HASH)))
    return b"".join(blocks)[:length]


class Signer:
    """A survey's issuing key for as long as one request needs it."""

    def __init__(self, key: rsa.RSAPrivateKey, *, fast: bool = gmpy2 is not None) -> None:
        """Take `key`; `fast=False` uses Python's own integers even where gmpy2 is installed."""
        numbers = key.private_numbers()
        number: Any = gmpy2.mpz if fast else int
        self.key = key
        self.public = key.public_key()
        self.size = size(self.public)
        self._n, self._e = number(numbers.public_numbers.n), number(numbers.public_numbers.e)
        self._p, self._q = number(numbers.p), number(numbers.q)
        self._dp, self._dq, self._qi = number(numbers.dmp1), number(numbers.dmq1), number(numbers.iqmp)
        self._number = number
        self._secret_power: Any = gmpy2.powmod_sec if fast else pow
        self._power: Any = gmpy2.powmod if fast else pow

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the signer whose key is in an unencrypted PEM file."""
        return cls(private_key(pem))

    def blind_sign(self, blinded: bytes) -> bytes:
        """Sign the blinded message representative (BlindSign, RFC 9474 4.3); raise `Malformed` if it is not one."""
        if len(blinded) != self.size:
            raise Malformed("a blinded message of another length")
        m = self._number(int.from_bytes(blinded, "big"))
        if not 0 < m < self._n:
            raise Malformed("a blinded message outside the key's range")
        r = self._number(secrets.randbelow(int(self._n) - 2) + 2)
        s = self._raise(m * self._power(r, self._e, self._n) % self._n) * self._power(r, -1, self._n) % self._n
        if self._power(s, self._e, self._n) != m:
            raise SigningFault("a blind signature came out wrong")
        return int(s).to_bytes(self.size, "big")

    def _raise(self, m: Any) -> Any:
        """Return m to the power of the private exponent, by way of the two primes."""
        at_p = self._secret_power(m % self._p, self._dp, self._p)
        at_q = self._secret_power(m % self._q, self._dq, self._q)
        return at_q + self._q * (self._qi * (at_p - at_q) % self._p)

    def sign(self, message: bytes) -> bytes:
        """Sign a message the server knows itself, such as a paper slip's."""
        return sign(self.key, message)


def _pss(salt: int) -> padding.PSS:
    return padding.PSS(padding.MGF1(hashes.SHA384()), salt)


def sign(private: rsa.RSAPrivateKey, message: bytes) -> bytes:
    """Return a plain RSASSA-PSS signature (SHA-384, 48 bytes of salt); `verify` takes it like an unblinded one."""
    return private.sign(message, _pss(SALT), hashes.SHA384())


def verify(public: rsa.RSAPublicKey, message: bytes, signature: bytes, salt: int = SALT) -> bool:
    """Return whether `signature` is the key's RSASSA-PSS signature of `message` (SHA-384, `salt` bytes of salt)."""
    try:
        public.verify(signature, message, _pss(salt), hashes.SHA384())
    except InvalidSignature:
        return False
    return True


def blind(public: rsa.RSAPublicKey, message: bytes, salt: bytes, factor: int) -> tuple[bytes, int]:
    """Return the blinded message and what takes the blinding off again (Blind, RFC 9474 4.2).

    `factor` is the secret blinding number, 1 to n-1; raises `Malformed` when it shares a factor with the key.
    """
    n = public.public_numbers().n
    m = int.from_bytes(emsa_pss_encode(message, public.key_size - 1, salt), "big")
    try:
        inverse = pow(factor, -1, n)
        pow(m, -1, n)
    except ValueError as error:
        raise Malformed("the blinding number does not suit the key") from error
    return (m * pow(factor, EXPONENT, n) % n).to_bytes(size(public), "big"), inverse


def finalize(public: rsa.RSAPublicKey, message: bytes, blind_signature: bytes, inverse: int, salt: int = SALT) -> bytes:
    """Take the blinding off (Finalize, RFC 9474 4.4); raise `Malformed` if what comes out is not a signature."""
    length = size(public)
    if len(blind_signature) != length:
        raise Malformed("a blind signature of another length")
    n = public.public_numbers().n
    signature = (int.from_bytes(blind_signature, "big") * inverse % n).to_bytes(length, "big")
    if not verify(public, message, signature, salt):
        raise Malformed("the blind signature is not by the key of this survey")
    return signature
