"""A second process that joins a home's server, says so, and leaves when its input closes. Run by the tests."""

import sys
from pathlib import Path

from memory.embedded import EmbeddedServer


def hold(home: Path) -> None:
    server = EmbeddedServer(home)
    server.join()
    sys.stdout.write("joined\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.leave()


if __name__ == "__main__":
    hold(Path(sys.argv[1]))
