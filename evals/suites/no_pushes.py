"""Carrying out deliveries where there is no channel to push over."""

from datetime import time
from pathlib import Path

from agent.deliveries.carrying import Post
from agent.deliveries.rules import team_window
from agent.deliveries.wording import PushWords
from memory.domain.deliveries import DeliveryService
from memory.secret_box import HomeSecretBox
from prompts.render import texts

_ALL_DAY = (time(0), time(23, 59))


def no_pushes(service: DeliveryService) -> Post:
    """What an installation without channels carries deliveries out with; no secret is ever read."""
    return Post(service, {}, HomeSecretBox(Path()), PushWords(texts()).say, team_window(_ALL_DAY))
