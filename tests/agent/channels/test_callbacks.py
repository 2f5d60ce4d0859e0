"""The addresses of apps: the same for good, made by nobody without the key, and only a running app's."""

from dataclasses import dataclass

from agent.channels.callbacks import FRESH_SECONDS, KeyedPaths
from memory.domain.channels import ChannelFields
from tests.agent.deliveries.conftest import APP, BOX, HOOK, PushShop, shop

__all__ = ["shop"]


@dataclass
class Seconds:
    """A clock in a test's hand."""

    at: float = 100.0

    def __call__(self) -> float:
        return self.at


async def test_a_path_finds_its_channel_with_its_secrets_and_stays_the_same(shop: PushShop) -> None:
    paths = KeyedPaths(shop.database, BOX, Seconds())
    channel = await shop.channel(APP)
    path = paths.path(channel)
    assert path == KeyedPaths(shop.database, BOX, Seconds()).path(channel)
    found = await paths.channel(APP, path)
    assert found is not None
    assert (found.setting.id, found.secrets) == (channel, {"key": f"secret of {APP}"})


async def test_no_other_path_finds_it(shop: PushShop) -> None:
    paths = KeyedPaths(shop.database, BOX, Seconds())
    one, other = await shop.channel(APP), await shop.channel(APP, name="other")
    path = paths.path(one)
    wrong = [
        "", "-", str(one), f"{one}-", path[:-1], path + "0", path.upper() + "x", path.replace(str(one), str(other), 1),
        f"{one}-{paths.path(other).partition('-')[2]}", "9" * 400, "１-" + path.partition("-")[2],
    ]  # fmt: skip
    assert [await paths.channel(APP, guess) for guess in wrong] == [None] * len(wrong)
    assert await paths.channel(HOOK, path) is None


async def test_a_channel_that_was_switched_off_is_not_found_within_seconds(shop: PushShop) -> None:
    seconds = Seconds()
    paths = KeyedPaths(shop.database, BOX, seconds)
    channel = await shop.channel(APP)
    path = paths.path(channel)
    assert await paths.channel(APP, path) is not None
    async with shop.database.unit(shop.office.owner) as unit:
        await unit.channels.save(channel, ChannelFields(APP, f"channel {APP}", active=False))
    assert await paths.channel(APP, path) is not None
    seconds.at += FRESH_SECONDS + 0.1
    assert await paths.channel(APP, path) is None
