"""What an index was built with. Vectors of two models mean nothing to each other, so they are never mixed."""

from pydantic import BaseModel, ConfigDict, ValidationError

from memory.creator_index.points import SCHEMA_VERSION
from memory.domain.errors import Misconfigured

REBUILD_COMMAND = "daren reindex"


class Manifest(BaseModel):
    """Stored with an index, written last: an index without one is half-written.

    `filled` is false for a new, empty index that no row has been put into yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    dimension: int
    version: int = SCHEMA_VERSION
    filled: bool = False

    def demand(self, *, model: str, dimension: int) -> None:
        """Refuse an index of another embedding.

        Raises:
            Misconfigured: "index_model_mismatch", naming the command that mends it (not retryable).
        """
        if (self.model, self.dimension) != (model, dimension):
            raise Misconfigured(
                "index_model_mismatch", built_with=self.model, configured=model, command=REBUILD_COMMAND
            )


def read_manifest(text: str | bytes) -> Manifest | None:
    """Read a stored manifest; None when it is cut off or of an older shape."""
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        return None
    return manifest if manifest.version == SCHEMA_VERSION else None
