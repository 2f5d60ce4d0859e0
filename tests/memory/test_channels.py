"""Channels as rows: sealed, within the tenant, and within the brand they serve."""

import base64
from pathlib import Path

import psycopg
import pytest

from memory.database import Database
from memory.domain.callbacks import SealedCallback
from memory.domain.channels import ChannelFields, ChannelKind, owner_of_secrets
from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, ChannelId
from memory.domain.places import Place
from memory.secret_box import KEY_BYTES, HomeSecretBox
from tests.support.database import Office, make_workspace

SECRET = "693a91f6-0000-4bc4-97a0-0ec2515aaaaa"
BOX = HomeSecretBox(Path("no-such-home"), base64.b64encode(bytes(KEY_BYTES)).decode())
HOOK = ChannelKind.WECOM_WEBHOOK


def fields(
    name: str = "运营群", *, serves: BrandId | None = None, active: bool = True, sealed: bytes | None = None
) -> ChannelFields:
    return ChannelFields(HOOK, name, serves=serves, options={"lang": "zh"}, active=active, sealed=sealed)


async def test_a_channel_keeps_its_secret_sealed_in_the_row(database: Database, office: Office) -> None:
    owner = owner_of_secrets(office.tenant, HOOK)
    async with database.unit(office.owner) as unit:
        made = await unit.channels.save(None, fields(sealed=BOX.seal({"key": SECRET}, of=owner)))
        found = await unit.channels.by_id(made.id)
    assert found == made
    assert BOX.unseal(found.sealed, of=owner) == {"key": SECRET}
    assert SECRET not in repr(found)
    with psycopg.connect(database.url) as line:
        (stored,) = line.execute("select array_agg(c::text) from channel_setting c").fetchall()
    assert SECRET not in str(stored)


async def test_a_change_keeps_the_secret_unless_another_one_is_given(database: Database, office: Office) -> None:
    async with database.unit(office.owner) as unit:
        made = await unit.channels.save(None, fields(sealed=b"first"))
        kept = await unit.channels.save(made.id, fields("日报群", active=False))
        changed = await unit.channels.save(made.id, fields("日报群", sealed=b"second"))
    assert (kept.name, kept.active, kept.sealed) == ("日报群", False, b"first")
    assert (changed.active, changed.sealed) == (True, b"second")


async def test_a_brand_sees_what_serves_it_and_no_other_tenant_sees_anything(
    database: Database, office: Office
) -> None:
    rival = await make_workspace(database, name="Rival")
    first, second = (brand.id for brand in office.brands)
    async with database.unit(office.owner) as unit:
        for name, brand in (("one", first), ("two", second), ("all", None)):
            await unit.channels.save(None, fields(name, serves=brand))
        everything = [channel.name for channel in await unit.channels.all()]
    async with database.unit(office.lead(0)) as unit:
        mine = await unit.channels.all()
    async with database.unit(rival.owner) as unit:
        theirs = await unit.channels.all()
        foreign = await unit.channels.by_id(mine[0].id)
        with pytest.raises(NotFound):
            await unit.channels.save(mine[0].id, fields("taken over"))
        with pytest.raises(NotFound):
            await unit.channels.save(None, fields("for a stranger", serves=first))
    assert everything == ["all", "one", "two"]
    assert [channel.name for channel in mine] == ["all", "one"]
    assert (list(theirs), foreign) == ([], None)


async def test_a_brand_does_not_reach_another_ones_channel(database: Database, office: Office) -> None:
    async with database.unit(office.owner) as unit:
        theirs = await unit.channels.save(None, fields(serves=office.brands[1].id))
    async with database.unit(office.lead(0)) as unit:
        assert await unit.channels.by_id(theirs.id) is None
        with pytest.raises(NotFound):
            await unit.channels.save(theirs.id, fields("mine now"))


async def test_two_channels_of_a_tenant_have_two_names(database: Database, office: Office) -> None:
    async with database.unit(office.owner) as unit:
        await unit.channels.save(None, fields())
        with pytest.raises(Conflict, match="channel_name_taken"):
            await unit.channels.save(None, fields())
        assert len(await unit.channels.all()) == 1
        with pytest.raises(NotFound):
            await unit.channels.save(ChannelId(10**9), fields("nobody's"))


async def test_what_waits_is_counted_channel_by_channel(database: Database, office: Office) -> None:
    lead = office.lead(0)
    async with database.unit(office.owner) as unit:
        busy, idle = [(await unit.channels.save(None, fields(name, serves=lead.brand))).id for name in ("busy", "idle")]
    async with database.unit(lead) as unit:
        thread = await unit.conversations.start(connector="wecom_app", chat="lina", now=unit.now)
        for number in range(3):
            place = Place(channel=busy, chat="lina", is_group=False, user="lina")
            turn, _ = await unit.turns.add(
                thread.id, text="找达人", connector="wecom_app", outside_id=f"m{number}", now=unit.now
            )
            await unit.owed.owe(place, outside_id=f"m{number}", turn=turn)
        now = unit.now
    async with database.across_tenants("callbacks that came") as work:
        heard = [SealedCallback(f"c{number}", office.tenant, busy, now, b"sealed") for number in range(2)]
        await work.callbacks.add(heard)
    async with database.unit(lead) as unit:
        states = {state.channel.id: (state.waiting, state.unhandled) for state in await unit.pushes.states()}
        assert (states, await unit.pushes.waiting()) == ({busy: (3, 2), idle: (0, 0)}, 0)
    async with database.unit(office.lead(1)) as unit:
        assert list(await unit.pushes.states()) == []
