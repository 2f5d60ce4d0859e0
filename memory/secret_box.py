"""Secrets at rest: AES-256-GCM under one key, from the environment or a file in the home that its owner alone reads.

The key is read at first use. Sealed: a version, four bytes naming the key, a nonce, the encrypted JSON with its tag.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from memory.domain.errors import Misconfigured

KEY_BYTES = 32
_VERSION = b"\x01"
_NAME_BYTES, _NONCE_BYTES = 4, 12
_HEAD = len(_VERSION) + _NAME_BYTES
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class HomeSecretBox:
    """Satisfies `memory.domain.channels.SecretBox`. `given`: the key of the environment, 32 bytes as base64."""

    def __init__(self, home: Path, given: str | None = None) -> None:
        self._home = home
        self._given = given
        self._read: bytes | None = None

    def seal(self, secrets: Mapping[str, str], *, of: str) -> bytes:
        """See `SecretBox.seal`."""
        nonce = os.urandom(_NONCE_BYTES)
        plain = json.dumps(dict(secrets), ensure_ascii=False).encode()
        return self._name() + nonce + AESGCM(self._key()).encrypt(nonce, plain, of.encode())

    def unseal(self, sealed: bytes, *, of: str) -> dict[str, str]:
        """See `SecretBox.unseal`."""
        name, nonce, rest = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE_BYTES], sealed[_HEAD + _NONCE_BYTES :]
        if name != self._name():
            raise Misconfigured("secrets_of_another_key")
        try:
            plain = AESGCM(self._key()).decrypt(nonce, rest, of.encode())
        except InvalidTag as foreign:
            raise Misconfigured("secrets_of_another_key") from foreign
        opened: dict[str, str] = json.loads(plain)
        return opened

    def digest(self, text: str, *, of: str) -> str:
        """See `SecretBox.digest`."""
        return hmac.new(self._key(), f"{of}\n{text}".encode(), hashlib.sha256).hexdigest()

    def _name(self) -> bytes:
        return _VERSION + hashlib.sha256(b"name:" + self._key()).digest()[:_NAME_BYTES]

    def _key(self) -> bytes:
        if self._read is None:
            self._read = decoded(self._given) if self._given else key_of_home(self._home)
        return self._read


def decoded(text: str) -> bytes:
    """A key as it is written. Raises Misconfigured("secret_key_unfit")."""
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as unreadable:
        raise Misconfigured("secret_key_unfit") from unreadable
    if len(key) != KEY_BYTES:
        raise Misconfigured("secret_key_unfit")
    return key


def key_of_home(home: Path) -> bytes:
    """The home's key, made by whoever needs it first. Raises Misconfigured."""
    path = home / "secret.key"
    if not path.exists():
        _make(path)
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise Misconfigured("secret_key_open", path=str(path))
    return decoded(path.read_text("ascii"))


def _make(path: Path) -> None:
    """Whole or not at all, and never over one that is there: two processes at once agree on one key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(written, path)
        except FileExistsError:
            return
    finally:
        Path(written).unlink()
