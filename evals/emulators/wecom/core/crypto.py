"""The platform's encryption, written from its description alone: the callback envelope, and media of bots."""

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from random import Random

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
KEY_CHARACTERS = 43
HEAD = 20


class Unsealed(Exception):
    """An envelope that was not made for this reader: signature, padding, length or receiver."""


def pad(plain: bytes) -> bytes:
    """PKCS#7 to 32 bytes; what is aligned already gains a whole block."""
    size = BLOCK - len(plain) % BLOCK
    return plain + bytes([size]) * size


def unpad(padded: bytes) -> bytes:
    """Take the padding off.

    Raises:
        Unsealed: it is no padding of 1 to 32 equal bytes.
    """
    size = padded[-1] if padded else 0
    if not 1 <= size <= BLOCK or padded[-size:] != bytes([size]) * size:
        raise Unsealed("padding")
    return padded[:-size]


def key_bytes(aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 characters."""
    key = base64.b64decode(aes_key + "=")
    if len(aes_key) != KEY_CHARACTERS or len(key) != BLOCK:
        raise ValueError("EncodingAESKey has 43 characters")
    return key


def random_key(rng: Random) -> str:
    """A new EncodingAESKey."""
    while True:
        key = base64.b64encode(rng.randbytes(BLOCK)).decode().rstrip("=")
        if key.isalnum():
            return key


def encrypt(key: bytes, plain: bytes, *, padded: bool = True) -> bytes:
    """AES-256-CBC with the key's first half as its vector. `padded=False` takes bytes that are aligned already."""
    writer = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return writer.update(pad(plain) if padded else plain) + writer.finalize()


def decrypt(key: bytes, cipher: bytes) -> bytes:
    """What `encrypt` took, still padded.

    Raises:
        Unsealed: it is not whole blocks.
    """
    if not cipher or len(cipher) % 16:
        raise Unsealed("length")
    reader = Cipher(AES256(key), CBC(key[:16])).decryptor()
    return reader.update(cipher) + reader.finalize()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Seals and opens what goes between the platform and one receiver (a CorpID, an AppID, "" for bots)."""

    token: str
    aes_key: str
    receive_id: str

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The msg_signature of one envelope."""
        parts = sorted([self.token, timestamp, nonce, encrypted])
        return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()

    def seal(self, text: str, *, random16: bytes) -> str:
        """The Encrypt field: base64 of random, length, text, receiver."""
        message = text.encode()
        plain = random16 + struct.pack(">I", len(message)) + message + self.receive_id.encode()
        return base64.b64encode(encrypt(key_bytes(self.aes_key), plain)).decode()

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> str:
        """The text inside.

        Raises:
            Unsealed: whatever does not fit; the reason is for the record only.
        """
        if not hmac.compare_digest(self.sign(timestamp, nonce, encrypted), signature):
            raise Unsealed("signature")
        try:
            cipher = base64.b64decode(encrypted, validate=True)
        except ValueError as wrong:
            raise Unsealed("base64") from wrong
        plain = unpad(decrypt(key_bytes(self.aes_key), cipher))
        if len(plain) < HEAD:
            raise Unsealed("length")
        (size,) = struct.unpack(">I", plain[16:HEAD])
        if plain[HEAD + size :] != self.receive_id.encode() or HEAD + size > len(plain):
            raise Unsealed("receiveid")
        try:
            return plain[HEAD : HEAD + size].decode()
        except UnicodeDecodeError as wrong:
            raise Unsealed("utf-8") from wrong
