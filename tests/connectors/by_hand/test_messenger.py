from datetime import UTC, datetime, timedelta

import pytest

from connectors.by_hand.messenger import ByHandMessenger
from connectors.by_hand.settings import ByHandSettings
from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.errors import Refused, Unavailable
from memory.domain.ids import BrandId, CreatorId, SendId, StepId, TenantId
from memory.domain.outreach import SendTicket

NOW = datetime(2026, 11, 20, 13, tzinfo=UTC)
TICKET = SendTicket(SendId(1), StepId(1), BrandId(1), CreatorId(1), "mia", "tiktok", "Hi", "key")


@pytest.mark.parametrize("source", ["file", "playground", "anything"])
def test_a_person_reaches_everybody(source: str) -> None:
    creator = Creator(CreatorId(1), TenantId(1), CreatorFacts(handle="mia"), Source(source, NOW))
    assert ByHandMessenger().accepts(creator) is None


async def test_nothing_is_sent_or_known_without_a_person() -> None:
    with pytest.raises(Refused):
        await ByHandMessenger().send(TICKET, now=NOW)
    with pytest.raises(Unavailable):
        await ByHandMessenger().fate(TICKET)


def test_a_text_is_lent_for_a_day_at_most() -> None:
    assert ByHandSettings().lease == timedelta(hours=24)
