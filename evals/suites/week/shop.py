"""How the playground shop of the week fails: often enough to meet every way of it."""

from typing import Final

from connectors.playground.settings import PlaygroundSettings

SHOP: Final = PlaygroundSettings(per_minute=12, down_bp=300, lost_request_bp=300, lost_answer_bp=300, closed_bp=300)
