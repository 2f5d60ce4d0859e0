"""What a message may hold: JSON inside JSON, kind by kind, with its limits."""

import json
from typing import Final

from pydantic import Field, ValidationError

from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.wire import Part

MOST_TEXT: Final = 2_000
MOST_TITLE, MOST_CARD_TEXT, MOST_PRODUCTS = 50, 500, 5


class _Text(Part):
    content: str = Field(min_length=1, max_length=MOST_TEXT)


class _Product(Part):
    product_id: str = Field(min_length=1)


class _Collaboration(Part):
    target_collaboration_id: str = Field(min_length=1)


class _Sample(Part):
    apply_id: str = Field(min_length=1)


class _Image(Part):
    url: str = Field(min_length=1)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class _CardText(Part):
    title: str = Field(max_length=MOST_TITLE)
    content: str = Field(max_length=MOST_CARD_TEXT)


class _Products(_CardText):
    product_ids: str = Field(pattern=rf"^[^,]+(,[^,]+){{0,{MOST_PRODUCTS - 1}}}$")


class _Picture(_CardText):
    image_url: str = Field(min_length=1)


KINDS: Final[dict[str, type[Part]]] = {
    "TEXT": _Text,
    "PRODUCT_CARD": _Product,
    "TARGET_COLLABORATION_CARD": _Collaboration,
    "FREE_SAMPLE_CARD": _Sample,
    "IMAGE": _Image,
    "CRM_TEXT_WITH_PRODUCTS_CARD": _Products,
    "CRM_TEXT_WITH_IMAGE_CARD": _Picture,
}


def checked(kind: str, content: str) -> None:
    """Let a message pass whose content is what its kind wants. Raises ApiError 36009004."""
    model = KINDS.get(kind)
    if model is None:
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: msg_type")
    try:
        model.model_validate(json.loads(content))
    except (ValidationError, ValueError) as wrong:
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: content of {kind}") from wrong
