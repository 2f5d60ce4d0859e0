"""The envelope of WeCom's callbacks: signed, then AES-256-CBC over random, length, text and receiver. Pure.

Written on `cryptography` alone: see decision 0013. Source: the vendor's page on callback encryption, read 2026-11-20.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from memory.domain.errors import Refused

KEY_CHARACTERS, KEY_BYTES, BLOCK = 43, 32, 32
_RANDOM = 16
_HEAD = _RANDOM + 4


@dataclass(frozen=True, slots=True)
class Envelope:
    """Opens and seals what goes between the platform and one receiver: a CorpID, an AppID, "" for bots.

    Raises Refused("app_aes_key_unfit") when it is made with a key that is none.
    """

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    receiver: str

    def __post_init__(self) -> None:
        """A key that does not fit is told at once."""
        key_of(self.aes_key)

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The msg_signature of one envelope."""
        parts = sorted([self.token, timestamp, nonce, encrypted])
        return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> str:
        """The text inside.

        Raises:
            Refused: "app_wrong_token" (the signature), "app_wrong_aes_key" (it opens to nothing that can be read),
                "app_wrong_corp" (made for somebody else); not retryable. Whoever called must not learn which.
        """
        if not hmac.compare_digest(self.sign(timestamp, nonce, encrypted).encode(), signature.encode()):
            raise Refused("app_wrong_token")
        try:
            plain = decrypted(key_of(self.aes_key), base64.b64decode(encrypted, validate=True))
            (size,) = struct.unpack(">I", plain[_RANDOM:_HEAD])
            text, receiver = plain[_HEAD : _HEAD + size], plain[_HEAD + size :]
            if len(text) != size:
                raise Refused("app_wrong_aes_key")
            if receiver != self.receiver.encode():
                raise Refused("app_wrong_corp")
            return text.decode()
        except (ValueError, binascii.Error, struct.error) as wrong:
            raise Refused("app_wrong_aes_key") from wrong

    def seal(self, text: str, *, random16: bytes) -> str:
        """The Encrypt field for a text."""
        message = text.encode()
        plain = random16 + struct.pack(">I", len(message)) + message + self.receiver.encode()
        return base64.b64encode(_encrypted(key_of(self.aes_key), plain)).decode()


def key_of(aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 characters. Raises Refused("app_aes_key_unfit")."""
    try:
        key = base64.b64decode(aes_key + "=", validate=True)
    except ValueError as wrong:
        raise Refused("app_aes_key_unfit") from wrong
    if len(aes_key) != KEY_CHARACTERS or len(key) != KEY_BYTES:
        raise Refused("app_aes_key_unfit")
    return key


def decrypted(key: bytes, sealed: bytes) -> bytes:
    """AES-256-CBC, the key's first half as its vector, PKCS#7 to 32 bytes: checked, as no library does it.

    Raises:
        ValueError: the key, the length or the padding is wrong.
    """
    if len(key) != KEY_BYTES or not sealed or len(sealed) % 16:
        raise ValueError(len(sealed))
    reader = Cipher(AES256(key), CBC(key[:16])).decryptor()
    padded = reader.update(sealed) + reader.finalize()
    size = padded[-1]
    if not 1 <= size <= BLOCK or padded[-size:] != bytes([size]) * size:
        raise ValueError(size)
    return padded[:-size]


def _encrypted(key: bytes, plain: bytes) -> bytes:
    size = BLOCK - len(plain) % BLOCK
    writer = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return writer.update(plain + bytes([size]) * size) + writer.finalize()
