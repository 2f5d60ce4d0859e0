"""What a message may hold: JSON inside JSON, kind by kind, with its limits."""

import json
from typing import Final

from pydantic import Field, ValidationError

from evals.emulators.tiktok_shop.contacts import Contact
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.wire import Part

MOST_TEXT: Final = 2_000
MOST_TITLE, MOST_CARD_TEXT, MOST_PRODUCTS = 50, 500, 5


class _Text(Part):
    content: str = Field(min_length=1, max_length=MOST_TEXT)


class Product(Part):
    """A product of the shop."""

    product_id: str = Field(min_length=1)


class Collaboration(Part):
    """A target collaboration its creator is in."""

    target_collaboration_id: str = Field(min_length=1)


class Sample(Part):
    """A sample its creator asks for."""

    apply_id: str = Field(min_length=1)


class _Image(Part):
    url: str = Field(min_length=1)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class _CardText(Part):
    title: str = Field(max_length=MOST_TITLE)
    content: str = Field(max_length=MOST_CARD_TEXT)


class Products(_CardText):
    """Some products of the shop, with words."""

    product_ids: str = Field(pattern=rf"^[^,]+(,[^,]+){{0,{MOST_PRODUCTS - 1}}}$")


class _Picture(_CardText):
    image_url: str = Field(min_length=1)


KINDS: Final[dict[str, type[Part]]] = {
    "TEXT": _Text,
    "PRODUCT_CARD": Product,
    "TARGET_COLLABORATION_CARD": Collaboration,
    "FREE_SAMPLE_CARD": Sample,
    "IMAGE": _Image,
    "CRM_TEXT_WITH_PRODUCTS_CARD": Products,
    "CRM_TEXT_WITH_IMAGE_CARD": _Picture,
}


def checked(kind: str, content: str) -> Part:
    """What a message holds, where that is what its kind wants. Raises ApiError 36009004."""
    model = KINDS.get(kind)
    if model is None:
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: msg_type")
    try:
        return model.model_validate(json.loads(content))
    except (ValidationError, ValueError) as wrong:
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: content of {kind}") from wrong


def shown(part: Part, platform: Platform, contact: Contact) -> None:
    """Let a card pass that shows something its creator may see. Raises ApiError 36009004."""
    shop, now = contact.shop, platform.clock.now
    match part:
        case Product(product_id=number):
            fits = number in shop.products
        case Products(product_ids=numbers):
            fits = all(number in shop.products for number in numbers.split(","))
        case Collaboration(target_collaboration_id=number):
            found = platform.invitations.one(shop, number)
            fits = found is not None and found.is_live(now) and contact.creator.open_id in found.guests
        case Sample(apply_id=number):
            applied = platform.applications.one(shop, number)
            fits = applied is not None and applied.creator is contact.creator
        case _:
            fits = True
    if not fits:
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: content shows nothing of the shop's")
