"""A disk that a test may fill: a small file system in memory, where this machine lets us mount one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """An empty disk of that size; None where mounting is not permitted (it takes root on Linux, and not any root)."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or unmount is None:
        yield None
        return
    place = Path(tempfile.mkdtemp(prefix="daren-disk-"))
    options = f"size={megabytes}m,mode=0711"
    done = subprocess.run([mount, "-t", "tmpfs", "-o", options, "tmpfs", place], check=False, capture_output=True)
    try:
        if done.returncode != 0:
            yield None
            return
        try:
            yield place
        finally:
            subprocess.run([unmount, "--lazy", place], check=True)
    finally:
        place.rmdir()


def fill(file: Path) -> None:
    """Write into a file until the disk has no room for another byte."""
    for size in (65_536, 1):
        with file.open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue
