"""`daren seed`: a demo workspace with its agency, its world of creators, and their index."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from agent.accounts import OS_USER, os_user
from agent.bootstrap import Installation, demo_agency, playground_past, playground_sales, playground_source
from agent.cli.password import demo_password
from agent.cli.running import console_lang, opened, run
from agent.sales.syncing import take_sales
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.errors import Conflict
from memory.domain.ids import BrandId, TenantId
from memory.domain.workspace import Role, Scope, WorkspaceKind
from prompts.render import texts

CREATORS, SEED = 10_000, 7


def seed(
    creators: Annotated[int, typer.Option(min=1, max=2_000_000, help="How many creators.")] = CREATORS,
    seed: Annotated[int, typer.Option(min=0, help="The same number makes the same world.")] = SEED,
) -> None:
    """Make or renew a demo workspace's world; a real workspace is refused."""
    run(_seed(creators, seed))


async def _seed(creators: int, seed: int) -> None:
    async def make(daren: Installation) -> None:
        await make_demo(daren, password=demo_password(daren.settings.home))

    began = time.monotonic()
    async with opened(workspace=make, level="WARNING") as daren:
        await fill_demo(daren, creators=creators, seed=seed)
    seconds = round(time.monotonic() - began)
    typer.echo(texts().say("seeded", console_lang(), creators=creators, seconds=seconds))


async def make_demo(daren: Installation, *, password: str) -> None:
    """The demo's workspace, agency, members and products. Raises Conflict when there is a workspace."""
    agency = demo_agency()
    password_hash = await daren.accounts.hash_password(password)
    async with daren.database.across_tenants("make a demo workspace") as work:
        await work.accounts.make_workspace(WorkspaceKind.DEMO, name=agency.name)
        tenant = await work.accounts.make_tenant(agency.name)
        brands: dict[str, BrandId] = {}
        for brand in agency.brands:
            made = await work.accounts.make_brand(
                tenant, NewBrand(brand.name, brand.shop_name, brand.market, brand.team_zone)
            )
            brands[brand.code] = made.id
        lead = None
        for person in agency.members:
            brand_id = brands[person.brand] if person.brand else None
            member = await work.accounts.make_member(
                tenant, NewMember(person.login, person.name, person.role, brand_id, "zh", password_hash)
            )
            if person.role is Role.LEAD and lead is None:
                lead = member.id
        assert lead is not None  # the agency has a lead
        await work.accounts.bind(lead, kind=OS_USER, outside_id=os_user())
    for brand in agency.brands:
        async with daren.database.unit(Scope(tenant, brands[brand.code], lead, Role.LEAD)) as unit:
            for product in brand.products:
                fields = {
                    "name": product.name,
                    "link": product.link,
                    "price": product.price,
                    "selling_points": product.selling_points,
                    "commission_ceiling_bp": product.commission_ceiling_bp,
                    "sample": product.sample,
                }
                await unit.products.save(None, fields, brand=brands[brand.code])


async def is_filled(daren: Installation) -> bool:
    """Whether the demo's creators are here and indexed."""
    async with daren.database.across_tenants("is the demo filled") as work:
        waiting = await work.sweeps.tenants_to_index()
    return not waiting and bool(await daren.world.creators(after=0, limit=1))


async def fill_demo(daren: Installation, *, creators: int, seed: int, past: bool = True) -> None:
    """Make the world, sync its creators and sales through the ports, build the index. May be repeated after a crash.

    `past`: whether the brands have one: messages, answers and samples of before.
    """
    workspace = await daren.accounts.workspace()
    if workspace is None or not workspace.is_demo:
        raise Conflict("real_for_life")
    async with daren.database.across_tenants("fill the demo") as work:
        tenant = TenantId((await work.accounts.tenants())[0])
        now = work.now
    scope = await daren.accounts.of_tenant(tenant)
    assert scope is not None  # make_demo made a lead
    say, lang = texts().say, console_lang()
    with _progress() as progress:
        bar = progress.add_task(say("seeding", lang), total=creators)
        await daren.world.make(
            creators=creators, seed=seed, now=now, progress=lambda done, _: progress.update(bar, completed=done)
        )
        progress.update(bar, completed=creators)
        synced = progress.add_task(say("seeding_sync", lang), total=creators)
        source = playground_source(daren)
        async for page in source.creators():
            async with daren.database.unit(scope) as unit:
                await unit.creators.upsert(page, source=source.name, as_of=now)
            progress.advance(synced, len(page))
        sold = progress.add_task(say("seeding_sales", lang), total=None)
        await _take_sales(daren, scope, now=now, on=progress, shown=sold)
        if past:
            await take_past(daren, scope)
        indexed = progress.add_task(say("indexing", lang), total=creators)
        await _index(daren, tenant, lambda done: progress.update(indexed, completed=done))


async def _take_sales(daren: Installation, scope: Scope, *, now: datetime, on: Progress, shown: TaskID) -> None:
    """What each demo brand's shop has sold so far, through the port every platform uses."""
    everything = replace(scope, brand=None)
    async with daren.database.unit(everything) as unit:
        ids = {brand.name: brand.id for brand in await unit.people.brands()}
    taken = 0
    for brand in demo_agency().brands:
        source = playground_sales(daren, brand.code, now=now)
        taken += await take_sales(daren.database, everything, source, brand=ids[brand.name], as_of=now)
        on.update(shown, completed=taken)
    on.update(shown, total=taken)


async def take_past(daren: Installation, scope: Scope) -> None:
    """What each demo brand and its creators said to each other before. Nothing is sent."""
    everything = replace(scope, brand=None)
    async with daren.database.unit(everything) as unit:
        ids = {brand.name: brand.id for brand in await unit.people.brands()}
        members = {member.login: member.id for member in await unit.people.members()}
    agency = demo_agency()
    for brand in agency.brands:
        own = {one.role: members[one.login] for one in agency.members if one.brand == brand.code}
        talks = await playground_past(daren, brand.code).talks()
        async with daren.database.unit(everything) as unit:
            await unit.past.write(talks, brand=ids[brand.name], by=own[Role.OPERATOR], approver=own[Role.APPROVER])


async def _index(daren: Installation, tenant: TenantId, progress: Callable[[int], None]) -> None:
    """A rebuild, which optimises the graph, then the rows are marked as known to the index."""
    scope = await daren.accounts.of_tenant(tenant)
    assert scope is not None
    async with daren.database.unit(scope) as unit:
        as_of = unit.now
    await daren.index.rebuild(daren.indexer.rows, progress=progress)
    await daren.indexer.mark_all(tenant, at=as_of)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
