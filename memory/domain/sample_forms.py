"""What a page may submit about samples; a member of the closed union `memory.domain.chat.Command`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from memory.domain.ids import ProductId, SampleId


class RecordSample(BaseModel):
    """Record what happened to a sample (`id` None: by the creator's handle). Text as typed; empty: nothing is said.

    `seen`: the status the page showed. `on`: the day it happened (2026-12-05), empty: now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["record_sample"] = "record_sample"
    id: SampleId | None = None
    handle: str = Field(default="", max_length=200)
    product: ProductId | None = None
    status: str = Field(default="", max_length=20)
    seen: str = Field(default="", max_length=20)
    tracking_number: str = Field(default="", max_length=60)
    cost: str = Field(default="", max_length=40)
    content_link: str = Field(default="", max_length=1000)
    on: str = Field(default="", max_length=20)
