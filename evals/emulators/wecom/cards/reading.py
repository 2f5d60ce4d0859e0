"""A template card from a body: read, checked, and as it will be shown."""

from typing import Any

from evals.emulators.wecom.cards.parts import TemplateCard
from evals.emulators.wecom.cards.rules import Carrier, check
from evals.emulators.wecom.core.wire import Json, Reader


def read_card(reader: Reader, body: object, carrier: Carrier) -> TemplateCard:
    """The card.

    Raises:
        ApiError: the platform refuses it.
    """
    card = reader.read(TemplateCard, body, where=f"{carrier} template_card")
    check(card, carrier)
    return card


def as_json(card: TemplateCard) -> Json:
    """The card as it came, without what was not said."""
    found: dict[str, Any] = card.model_dump(mode="json", exclude_unset=True)
    return found
