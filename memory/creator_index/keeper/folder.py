"""The index's place on disk: which data folder is current, whether it is whole, and who may open it.

index/            owner only
  current         the name of the data folder in use
  keeper.sock     where the keeper listens (elsewhere if the path is too long for a socket)
  start.lock      held while a keeper is being started or replaced
  rebuild.lock    held by the one process that rebuilds
  data-<hex>/     lock (held by the process that has it open), opening, shard/, manifest.json (written last)
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from memory.creator_index.manifest import Manifest, read_manifest
from memory.domain.errors import Misconfigured

_LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 104 on macOS and 108 on Linux
_PREFIX = "data-"
_ROOM_BYTES = 100_000_000  # an empty index takes 67 million; with less than this left, that is why one fails


class HeldError(Exception):
    """Another process holds the lock."""


@dataclass(frozen=True, slots=True)
class Home:
    """The index folder of one DAREN_HOME."""

    path: Path

    @classmethod
    def of(cls, daren_home: Path) -> "Home":
        """Make the folder if needed, for its owner alone.

        Raises:
            Misconfigured: it belongs to somebody else (not retryable).
        """
        path = daren_home.absolute() / "index"
        _own(path)
        return cls(path)

    @property
    def log(self) -> Path:
        """Where keepers write what goes wrong."""
        return self.path / "keeper.log"

    @property
    def socket(self) -> Path:
        """Where clients ask."""
        return self._socket("keeper")

    def builder_socket(self, name: str) -> Path:
        """Where the builder of a data folder listens until it takes over."""
        return self._socket(f"build-{name.removeprefix(_PREFIX)}")

    def is_full(self) -> bool:
        """Whether the disk has no room for an index: asked when a keeper failed, to say why."""
        return shutil.disk_usage(self.path).free < _ROOM_BYTES

    def current(self) -> str | None:
        """The data folder in use; None in a new home."""
        try:
            return (self.path / "current").read_text().strip() or None
        except FileNotFoundError:
            return None

    def make_current(self, name: str) -> None:
        """Point at another data folder, at once and for good."""
        beside = self.path / f"current.{os.getpid()}"
        beside.write_text(name)
        beside.replace(self.path / "current")

    def data(self, name: str) -> "DataFolder":
        """A data folder by name."""
        return DataFolder(self.path / name)

    def fresh_name(self) -> str:
        """A name no data folder has."""
        return f"{_PREFIX}{secrets.token_hex(6)}"

    def sweep(self) -> None:
        """Delete data folders that are not current and that no process has open. Call with `start.lock` held."""
        current = self.current()
        for folder in self.path.glob(f"{_PREFIX}*"):
            if folder.name == current:
                continue
            try:
                with locked(folder / "lock"):
                    shutil.rmtree(folder)
            except HeldError:
                continue

    def _socket(self, name: str) -> Path:
        beside = self.path / f"{name}.sock"
        if len(os.fsencode(beside)) <= _LONGEST_SOCKET_PATH:
            return beside
        short = Path(tempfile.gettempdir()) / f"daren-{os.getuid()}"
        _own(short)
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return short / f"{digest}-{name}.sock"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """One built, or half-built, index."""

    path: Path

    @property
    def name(self) -> str:
        """Its name within the home."""
        return self.path.name

    @property
    def shard(self) -> Path:
        """The engine's own files."""
        return self.path / "shard"

    @property
    def lock(self) -> Path:
        """HeldError by the process that has the shard open."""
        return self.path / "lock"

    def whole(self) -> Manifest | None:
        """Its manifest; None when it is half-written, of an older shape, or a process died while opening it."""
        if self._opening.exists():
            return None
        try:
            return read_manifest((self.path / "manifest.json").read_bytes())
        except FileNotFoundError:
            return None

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Mark the time in which a crash would mean that the files cannot be opened."""
        self._opening.touch()
        yield
        self._opening.unlink()

    def complete(self, manifest: Manifest) -> None:
        """Write the manifest, the last file of an index."""
        beside = self.path / "manifest.tmp"
        beside.write_text(manifest.model_dump_json())
        beside.replace(self.path / "manifest.json")

    @property
    def _opening(self) -> Path:
        return self.path / "opening"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an advisory lock. Raises HeldError at once when another process, or another holder here, has it."""
    with path.open("a") as handle:
        _lock(handle)
        yield


def _lock(handle: IO[str]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        raise HeldError from taken


def _own(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid != os.getuid():
        raise Misconfigured("index_folder_foreign", folder=str(path))
    path.chmod(0o700)
