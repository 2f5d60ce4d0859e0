"""Secrets at rest: sealed for one owner under one key, which its owner alone may read."""

import base64
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.domain.errors import Misconfigured
from memory.secret_box import KEY_BYTES, HomeSecretBox, key_of_home

KEY = base64.urlsafe_b64encode(bytes(range(KEY_BYTES))).decode()
OTHER = base64.b64encode(bytes(KEY_BYTES)).decode()
NOWHERE = Path("no-such-home")
SECRETS = {"key": "693a91f6", "corpsecret": "密钥 ✓"}


@given(secrets=st.dictionaries(st.text(), st.text(), max_size=4), of=st.text())
def test_what_is_sealed_opens_for_its_owner(secrets: dict[str, str], of: str) -> None:
    box = HomeSecretBox(NOWHERE, KEY)
    assert box.unseal(box.seal(secrets, of=of), of=of) == secrets


def test_sealed_bytes_tell_nothing_and_differ_each_time() -> None:
    box = HomeSecretBox(NOWHERE, KEY)
    first, second = (box.seal(SECRETS, of="channel:1") for _ in range(2))
    assert first != second
    assert b"693a91f6" not in first
    assert b"corpsecret" not in first


@pytest.mark.parametrize("at", [0, 2, 8, -1])
def test_bytes_that_were_changed_do_not_open(at: int) -> None:
    box = HomeSecretBox(NOWHERE, KEY)
    sealed = bytearray(box.seal(SECRETS, of="channel:1"))
    sealed[at] ^= 1
    with pytest.raises(Misconfigured, match="secrets_of_another_key"):
        box.unseal(bytes(sealed), of="channel:1")


def test_they_open_for_no_other_owner_and_with_no_other_key() -> None:
    sealed = HomeSecretBox(NOWHERE, KEY).seal(SECRETS, of="channel:1")
    with pytest.raises(Misconfigured, match="secrets_of_another_key"):
        HomeSecretBox(NOWHERE, KEY).unseal(sealed, of="channel:2")
    with pytest.raises(Misconfigured, match="secrets_of_another_key"):
        HomeSecretBox(NOWHERE, OTHER).unseal(sealed, of="channel:1")


@pytest.mark.parametrize("given", ["short", "not base64 at all, whatever", KEY[:-4], "钥匙"])
def test_a_key_that_is_none_is_named(given: str) -> None:
    with pytest.raises(Misconfigured, match="secret_key_unfit"):
        HomeSecretBox(NOWHERE, given).seal(SECRETS, of="x")


def test_a_home_gets_one_key_that_its_owner_alone_may_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    sealed = HomeSecretBox(home).seal(SECRETS, of="x")
    assert HomeSecretBox(home).unseal(sealed, of="x") == SECRETS
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["secret.key"]


def test_many_at_once_make_one_key(tmp_path: Path) -> None:
    found: list[bytes] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        found.append(key_of_home(tmp_path))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_of_home(tmp_path)
    (tmp_path / "secret.key").chmod(0o640)
    with pytest.raises(Misconfigured, match="secret_key_open"):
        HomeSecretBox(tmp_path).seal(SECRETS, of="x")


def test_a_digest_depends_on_text_owner_and_key() -> None:
    box = HomeSecretBox(NOWHERE, KEY)
    assert box.digest("K3F9", of="a") == box.digest("K3F9", of="a")
    digests = {box.digest("K3F9", of="a"), box.digest("K3F8", of="a"), box.digest("K3F9", of="b")}
    assert len(digests | {HomeSecretBox(NOWHERE, OTHER).digest("K3F9", of="a")}) == 4
