"""The keeper: the one process of a machine that has the index folder open. Started by whoever asks first.

It ends when told, on SIGTERM, or when nobody has been connected for a while. A builder is a keeper of a new folder
that nobody asks yet; on `take_over` it moves its socket to where clients ask, and the old keeper is told to stop.
"""

import argparse
import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from memory.creator_index.embedders import usem3
from memory.creator_index.keeper import wire
from memory.creator_index.keeper.folder import DataFolder, HeldError, Home, locked
from memory.creator_index.keeper.service import Kept, Service, create_folder, open_folder
from memory.creator_index.manifest import Manifest

_LOCK_RETRY_SECONDS = 0.02
_LOCK_PATIENCE_SECONDS = 20.0


@dataclass(slots=True)
class Doors:
    """Connections and the end of the process. `linger_seconds`: how long it waits for somebody to come back."""

    linger_seconds: float
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    empty: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: set[asyncio.StreamWriter] = field(default_factory=set)
    connected: int = 0
    leaving: asyncio.TimerHandle | None = None

    def entered(self) -> None:
        """Somebody is here."""
        self.connected += 1
        self.empty.clear()
        if self.leaving is not None:
            self.leaving.cancel()

    def left(self) -> None:
        """Somebody is gone; the last one starts the wait."""
        self.connected -= 1
        self.watch()

    def watch(self) -> None:
        """End after a while if nobody comes."""
        if self.connected == 0:
            self.empty.set()
            self.leaving = asyncio.get_running_loop().call_later(self.linger_seconds, self.ended.set)

    def shut(self) -> None:
        """Let go of everybody who is not being answered right now."""
        for writer in self.waiting:
            writer.close()


async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, service: Service, doors: Doors) -> None:
    """Answer one client until it leaves or the keeper ends. Nonsense on the wire ends the connection."""
    doors.entered()
    try:
        while not doors.ended.is_set():
            doors.waiting.add(writer)
            request = await wire.read_request(reader)
            doors.waiting.discard(writer)
            if request is None:
                break
            await wire.send_answer(writer, await service.answer(request))
    except (ConnectionError, ValueError):
        return
    finally:
        doors.waiting.discard(writer)
        writer.close()
        doors.left()


async def keep(options: argparse.Namespace) -> None:
    """Open the folder, listen, say that we do, and answer until the end."""
    home = Home.of(options.home)
    if options.build is None:
        home.sweep()
    wanted = Manifest(model=options.model, dimension=options.dimension)
    with ExitStack() as held:
        kept = await _open(home, wanted, build=options.build, held=held)
        listening = home.builder_socket(options.build) if options.build else home.socket
        doors = Doors(options.linger_seconds)
        place = _Place(home, kept.folder, listening)
        service = Service(kept, usem3.Usem3Embedder(), take_over=place.take_over, stop=doors.ended.set)
        place.finish = service.finish
        listening.unlink(missing_ok=True)
        server = await _listen(listening, service, doors)
        place.inode = listening.stat().st_ino
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, doors.ended.set)
        doors.watch()
        os.write(options.ready_fd, b"!")
        os.close(options.ready_fd)
        if kept.manifest.model == usem3.MODEL and kept.engine is not None:
            # Loaded beside the loop: questions without a topic need not wait two seconds for it.
            loop.run_in_executor(None, service.encoder.encode, ["warm"])
        await doors.ended.wait()
        server.close()
        place.unlink()
        doors.shut()
        await doors.empty.wait()
        if kept.engine is not None:
            kept.engine.close()
        if home.current() != kept.folder.name:
            shutil.rmtree(kept.folder.path)


def _nothing() -> None:
    """Nothing to finish before there is a service."""


@dataclass(slots=True)
class _Place:
    """Where this keeper listens, and how a builder's place becomes everybody's."""

    home: Home
    folder: DataFolder
    listening: Path
    finish: Callable[[], None] = _nothing
    inode: int = 0

    async def take_over(self) -> None:
        """Finish the index, name it current, and listen where clients ask."""
        self.finish()
        self.home.make_current(self.folder.name)
        self.listening.replace(self.home.socket)
        self.listening = self.home.socket

    def unlink(self) -> None:
        """Remove the socket, unless a successor already listens in its place."""
        if self.listening.exists() and self.listening.stat().st_ino == self.inode:
            self.listening.unlink()


async def _open(home: Home, wanted: Manifest, *, build: str | None, held: ExitStack) -> Kept:
    name = build or home.current()
    if name is not None and build is None and home.data(name).path.exists():
        folder = home.data(name)
        await _lock(folder, held)
        return open_folder(folder, wanted)
    folder = home.data(name or home.fresh_name())
    folder.path.mkdir(mode=0o700)
    await _lock(folder, held)
    kept = create_folder(folder, wanted, whole=build is None)
    if build is None:
        home.make_current(folder.name)
    return kept


async def _lock(folder: DataFolder, held: ExitStack) -> None:
    """Wait for a predecessor that is still closing the folder."""
    async with asyncio.timeout(_LOCK_PATIENCE_SECONDS):
        while True:
            try:
                held.enter_context(locked(folder.lock))
            except HeldError:
                await asyncio.sleep(_LOCK_RETRY_SECONDS)
            else:
                return


async def _listen(path: Path, service: Service, doors: Doors) -> asyncio.Server:
    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await attend(reader, writer, service=service, doors=doors)

    before = os.umask(0o177)  # the socket is made for its owner alone, without a moment in between
    try:
        return await asyncio.start_unix_server(welcome, path)
    finally:
        os.umask(before)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a keeper; started by `starting.py`, not by people."""
    parser = argparse.ArgumentParser(prog="daren-index-keeper")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dimension", type=int, required=True)
    parser.add_argument("--linger-seconds", type=float, required=True)
    parser.add_argument("--ready-fd", type=int, required=True)
    parser.add_argument("--build")
    asyncio.run(keep(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
