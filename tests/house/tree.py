"""The files of the project: everything under its folder that .gitignore does not name."""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("agent", "tools", "connectors", "prompts", "memory", "evals")
PATTERNS = tuple(
    line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines() if line and line[0] != "#"
)


@dataclass(frozen=True)
class Source:
    """One text file: its path from the root, with forward slashes, and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax of a Python file."""
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        """Its top-level folder, or its own name at the top."""
        return self.path.split("/", 1)[0]


def ignored(path: str) -> bool:
    """Whether .gitignore names the path, or one of the names in it."""
    parts = path.split("/")
    return any(fnmatch(path, pattern) or any(fnmatch(part, pattern) for part in parts) for pattern in PATTERNS)


def _walk(folder: Path) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path).relative_to(ROOT).as_posix()
        if entry.name == ".git" or ignored(path):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        else:
            yield path


@cache
def paths() -> tuple[str, ...]:
    """Every file's path from the root."""
    return tuple(_walk(ROOT))


@cache
def sources() -> tuple[Source, ...]:
    """Every text file; what is not UTF-8 is left out."""
    found = []
    for path in paths():
        try:
            found.append(Source(path, (ROOT / path).read_text("utf-8")))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return tuple(found)


@cache
def python_files(*packages: str) -> tuple[Source, ...]:
    """Python files of some top-level folders; of all without names."""
    return tuple(
        source for source in sources() if source.path.endswith(".py") and (not packages or source.package in packages)
    )


@cache
def product_files() -> tuple[Source, ...]:
    """The product's Python files, without its tests."""
    return python_files(*PRODUCT)


def read(path: str) -> str:
    """One file of the project."""
    return (ROOT / path).read_text("utf-8")
