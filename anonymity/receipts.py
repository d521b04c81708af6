"""What the server signs and can be held to: the receipt of a ballot, and the statement on the board.

ECDSA over P-256 with SHA-256 (FIPS 186-5), a signature being r and s of 32 bytes each: to make one costs the server a
tenth of an RSA signature, and a device checks it without any library.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from anonymity.encoding import Malformed

HALF = 32  # bytes of r, and of s
CURVE = ec.SECP256R1()
HASH = ec.ECDSA(hashes.SHA256())


def generate() -> ec.EllipticCurvePrivateKey:
    """Return a new key."""
    return ec.generate_private_key(CURVE)


def public_der(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> bytes:
    """Return the public half of `key` as DER SubjectPublicKeyInfo."""
    public = key.public_key() if isinstance(key, ec.EllipticCurvePrivateKey) else key
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=256)
def public_key(der: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key in DER SubjectPublicKeyInfo; raise `Malformed` for any other kind, curve or form."""
    try:
        key = serialization.load_der_public_key(der)
    except Exception as error:  # the library raises several kinds, and names them differently from version to version
        raise Malformed("not a public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Malformed("not a key on P-256")
    if public_der(key) != der:
        raise Malformed("a P-256 key of another form")
    return key


def private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the key in an unencrypted PEM file this server wrote itself."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Malformed("not a key on P-256")
    return key


def receipt(private: ec.EllipticCurvePrivateKey, mh: bytes, leaf: bytes) -> bytes:
    """Return the server's signed word that the ballot `leaf` of the survey with manifest hash `mh` is in the box."""
    return _sign(private, b"receipt1" + mh + leaf)


def check_receipt(public: ec.EllipticCurvePublicKey, mh: bytes, leaf: bytes, signature: bytes) -> bool:
    """Return whether `signature` is a receipt for this ballot in this survey."""
    return _verify(public, b"receipt1" + mh + leaf, signature)


def sign_board(private: ec.EllipticCurvePrivateKey, statement: str) -> bytes:
    """Return the server's signature under the statement of a closed survey."""
    return _sign(private, b"board1" + statement.encode())


def check_board(public: ec.EllipticCurvePublicKey, statement: str, signature: bytes) -> bool:
    """Return whether `signature` is the server's under this statement."""
    return _verify(public, b"board1" + statement.encode(), signature)


def _sign(private: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(private.sign(message, HASH))
    return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


def _verify(public: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    if len(signature) != 2 * HALF:
        return False
    halves = (int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big"))
    try:
        public.verify(encode_dss_signature(*halves), message, HASH)
    except InvalidSignature:
        return False
    return True
