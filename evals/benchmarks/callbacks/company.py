"""The demo's workspace with as many bound members as the corp has, and its app saved as a lead saves it."""

import secrets
from dataclasses import dataclass

from agent.bootstrap import Installation
from agent.cli.seeding import fill_demo, make_demo
from connectors.wecom.app.callbacks import ADDRESS
from evals.benchmarks.callbacks.platform import AGENT, corp_of, userid
from evals.emulators.wecom.core.corp import App, Corp
from memory.domain.account_stores import NewMember
from memory.domain.bindings import ChatKind
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.workspace import Role, Scope

CREATORS, SEED = 400, 7
_GROUP = 100  # members made in one transaction


@dataclass(frozen=True, slots=True)
class Company:
    """What callers need. `path`: where the product is called back."""

    corp: Corp
    app: App
    path: str

    @classmethod
    def of(cls, members: int, path: str) -> "Company":
        """The corp alone."""
        return cls(*corp_of(members), path)


async def seed(daren: Installation) -> None:
    """A demo with its creators, where there is none."""
    await make_demo(daren, password=secrets.token_hex())
    await fill_demo(daren, creators=CREATORS, seed=SEED)


async def set_up(daren: Installation, *, members: int) -> Company:
    """Save the app and bind everybody to the first brand, each in their own chat."""
    corp, app = corp_of(members)
    async with daren.database.across_tenants("whose books a benchmark fills") as work:
        (tenant,) = await work.accounts.tenants()
    lead = await daren.accounts.of_tenant(tenant)
    assert lead is not None  # every demo has one
    typed = {
        "corp_id": corp.corpid, "agent_id": str(AGENT), "app_secret": app.secret,
        "token": app.callback.token, "aes_key": app.callback.aes_key,
    }  # fmt: skip
    form = SaveChannel(of=ChannelKind.WECOM_APP, name=app.name, brand=lead.brand, typed=typed)
    await daren.desk.submit(lead, form)
    async with daren.database.unit(lead) as unit:
        channel = next(one.id for one in await unit.channels.all() if one.kind is ChannelKind.WECOM_APP)
    for first in range(0, members, _GROUP):
        await _bind(daren, lead, channel, range(first, min(first + _GROUP, members)))
    return Company(corp, app, f"{ADDRESS}{daren.app_callbacks.paths.path(channel)}")


async def _bind(daren: Installation, lead: Scope, channel: ChannelId, numbers: range) -> None:
    async with daren.database.across_tenants("members of a benchmark") as work:
        brand = (await work.accounts.brands_of((await work.accounts.leads(lead.tenant))[0]))[0].id
        bindings = work.bindings(lead.tenant)
        for number in numbers:
            user = userid(number)
            member = await work.accounts.make_member(lead.tenant, NewMember(user, user, Role.OPERATOR, brand))
            identity = await bindings.bind_person(channel, user=user, user_name=user, member=member.id)
            await bindings.bind_chat(
                channel, chat=user, kind=ChatKind.DIRECT, brand=brand, by=lead.member, identity=identity
            )
