"""The office of the week: two brands, three members of both, creators of the playground and others reached by hand."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from agent.accounts import OpenAccounts
from agent.by_hand.desk import HandDesk, hand_desk
from agent.cards.decisions import DecisionWords
from agent.cards.shown import Presenter
from agent.catalogue import build_catalogue
from agent.charts.painter import ChartPainter
from agent.desk import OpenDesk
from agent.forms import Forms
from agent.graph import Nodes, build
from agent.imports import Imports
from agent.jobs.upkeep import Upkeep
from agent.nodes.act import Act
from agent.nodes.answer import Answer
from agent.nodes.pictures import Pictures
from agent.nodes.quote import Quote
from agent.nodes.think import Limits, Think
from agent.planner.tokens import unpack_vocabulary
from agent.turn import TurnRunner
from connectors.by_hand.messenger import ByHandMessenger
from connectors.files.reader import FileReader
from connectors.playground.agency import HOME, PETS
from connectors.playground.answers import PlaygroundAnswers
from connectors.playground.messenger import PlaygroundMessenger
from connectors.playground.people.creators import population
from connectors.playground.source import PlaygroundSource
from connectors.playground.world import World
from connectors.ports.platforms import Messenger
from connectors.webchat.assets import CHINESE_FONT, ECHARTS
from evals.suites.week.shop import SHOP
from memory.creator_index.keeper.index import KeeperIndex
from memory.custody import ScopeCursors
from memory.database import Database
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.chat import Reply
from memory.domain.clock import SystemClock
from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.workspace import BrandPolicy, Role, Scope, WorkspaceKind
from prompts.render import Texts, texts

TURN_SECONDS = 60.0
PLAYGROUND_SHARE = 0.6
STRICT = BrandPolicy(own_drafts_approvable=False, batch_ceiling=60)
CAPPED = BrandPolicy(commission_ceiling_bp=1500, night_by_hand=True)
ROLES: Final = {"chen": Role.OPERATOR, "zhou": Role.APPROVER, "lin": Role.LEAD}


@dataclass(slots=True)
class House:
    """The office and everything that runs for it. `policies` are as they were made; nobody changes them."""

    database: Database
    world: World
    tenant: TenantId
    pets: BrandId
    home: BrandId
    members: dict[str, MemberId]
    policies: dict[BrandId, BrandPolicy]
    accounts: OpenAccounts
    desk: OpenDesk
    hand: HandDesk
    runner: TurnRunner
    upkeep: Upkeep
    words: Texts
    handles: tuple[str, ...]
    _scopes: dict[tuple[MemberId, BrandId], Scope] = field(default_factory=dict)

    @property
    def roles(self) -> dict[MemberId, Role]:
        """Each member's own role."""
        return {self.members[name]: role for name, role in ROLES.items()}

    @property
    def messengers(self) -> Sequence[Messenger]:
        """Who delivers."""
        return self.upkeep.messengers

    async def scope(self, member: MemberId, brand: BrandId) -> Scope:
        """A member's scope as their sign-in proved it since the clock moved last. Raises LookupError."""
        if (member, brand) not in self._scopes:
            found = await self.accounts.of_member(self.tenant, member, brand)
            if found is None:
                raise LookupError(member)
            self._scopes[member, brand] = found
        return self._scopes[member, brand]

    @property
    def owner(self) -> Scope:
        """Both brands at once."""
        return Scope(self.tenant, None, self.members["lin"], Role.LEAD)

    def sign_in_again(self) -> None:
        """Roles may have changed."""
        self._scopes.clear()

    async def now(self) -> datetime:
        """The workspace's present moment."""
        async with self.database.across_tenants("what time it is") as work:
            return work.now

    async def move_clock(self, by: timedelta) -> None:
        """Move the demo clock forward."""
        self.sign_in_again()
        async with self.database.across_tenants("the week goes on") as work:
            await work.accounts.move_clock(by_seconds=max(int(by.total_seconds()), 0))


@asynccontextmanager
async def open_house(database: Database, folder: Path, *, creators: int, seed: int) -> AsyncIterator[House]:
    """An office over a migrated database without a workspace. `folder` holds what a planner needs."""
    unpack_vocabulary(folder)
    world = await World.open(database.url)
    try:
        house = await _furnish(database, world, folder)
        house.handles = await _fill(house, creators=creators, seed=seed)
        yield house
    finally:
        await world.close()


async def _furnish(database: Database, world: World, folder: Path) -> House:
    words = texts()
    accounts = OpenAccounts(database, database, SystemClock(), folder)
    messengers: tuple[Messenger, ...] = (PlaygroundMessenger(world, SHOP), ByHandMessenger())
    async with database.across_tenants("an office for a week") as work:
        await work.accounts.make_workspace(WorkspaceKind.DEMO, name="Week")
        tenant = await work.accounts.make_tenant("Week")
        made = [
            await work.accounts.make_brand(
                tenant, NewBrand(brand.name, brand.shop_name, brand.market, brand.team_zone, policy=policy)
            )
            for brand, policy in ((PETS, STRICT), (HOME, CAPPED))
        ]
        people = {
            name: (await work.accounts.make_member(tenant, NewMember(name, name, role))).id
            for name, role in ROLES.items()
        }
    # Nobody searches in this week, so no keeper is ever started.
    catalogue = build_catalogue(database, KeeperIndex(folder), messengers, None, SystemClock())
    painter = ChartPainter(script=ECHARTS, font=CHINESE_FONT)
    graph = build(
        Nodes(
            Quote(database),
            Think(catalogue, words, None, Limits()),
            Act(catalogue, Presenter(words), words, Pictures(database, painter, words)),
            Answer(database, words),
        )
    )
    hand = hand_desk(database, words, messengers)
    forms = Forms(database, words, Imports(database, FileReader(), words), _no_passwords, _no_clock, hand)
    upkeep = Upkeep(
        units=database,
        services=database,
        outreach=database,
        cards=database,
        cursors=lambda scope: ScopeCursors(database, scope),
        scope_of_tenant=accounts.of_tenant,
        messengers=messengers,
        sources=(PlaygroundAnswers(world),),
        scope_of=accounts.of_member,
        texts=words,
    )
    return House(
        database=database,
        world=world,
        tenant=tenant,
        pets=made[0].id,
        home=made[1].id,
        members=people,
        policies={made[0].id: STRICT, made[1].id: CAPPED},
        accounts=accounts,
        desk=OpenDesk(database, database.turn_events, words, messengers, forms, DecisionWords(words), hand),
        hand=hand,
        runner=TurnRunner(database, graph, words, TURN_SECONDS),
        upkeep=upkeep,
        words=words,
        handles=(),
    )


async def _fill(house: House, *, creators: int, seed: int) -> tuple[str, ...]:
    """Products and creators; their handles, those of the playground and the others mixed."""
    lead = house.members["lin"]
    for brand, shop in ((house.pets, PETS), (house.home, HOME)):
        product = next(each for each in shop.products if each.sample)
        fields = {"name": product.name, "link": product.link, "price": product.price, "sample": True}
        async with house.database.unit(await house.scope(lead, brand)) as unit:
            await unit.products.save(None, fields, brand=brand)
    now = await house.now()
    simulated = round(creators * PLAYGROUND_SHARE)
    await house.world.make(creators=simulated, seed=seed, now=now)
    pages = [page async for page in PlaygroundSource(house.world).creators()]
    shop_people = [facts for page in pages for facts in page]
    others = [
        replace(person.facts, handle=f"{person.facts.handle[:20]}.own")
        for person in population(creators=creators - simulated, seed=seed + 1, now=now)
    ]
    scope = await house.scope(lead, house.pets)
    async with house.database.unit(scope) as unit:
        await unit.creators.upsert(shop_people, source=PlaygroundSource(house.world).name, as_of=now)
        await unit.creators.upsert(others, source="file", as_of=now)
    share = creators / max(len(others), 1)
    mixed = [facts.handle for facts in shop_people]
    for place, facts in enumerate(others):
        mixed.insert(round(place * share), facts.handle)
    return tuple(mixed)


async def _no_passwords(password: str) -> str:
    raise BadRequest("password_short", length=len(password))


async def _no_clock(scope: Scope) -> Reply:
    raise BadRequest("real_time", tenant=scope.tenant)
