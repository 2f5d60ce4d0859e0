"""The channels that are called back, each at work in an office of its own; whoever uses one takes `shop` along."""

from collections.abc import AsyncIterator

import pytest

from tests.agent.deliveries.conftest import PushShop
from tests.support.called_back import called_back
from tests.support.channel_kinds import AccountStruck, AppStruck, KfStruck


@pytest.fixture
async def app(shop: PushShop) -> AsyncIterator[AppStruck]:
    """A self-built app."""
    async with called_back(AppStruck, shop) as made:
        yield made


@pytest.fixture
async def kf(shop: PushShop) -> AsyncIterator[KfStruck]:
    """An account of 微信客服."""
    async with called_back(KfStruck, shop) as made:
        yield made


@pytest.fixture
async def account(shop: PushShop) -> AsyncIterator[AccountStruck]:
    """An Official Account."""
    async with called_back(AccountStruck, shop) as made:
        yield made
