"""`daren migrate`, `init`, `import`, `reindex`, `doctor`: the state of a home."""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from agent.bootstrap import Installation, migrated
from agent.cli.running import (
    EXIT_MISCONFIGURED,
    console_lang,
    interactive,
    opened,
    own_workspace,
    read_settings,
    run,
    told,
)
from agent.cli.talk import AsMember
from connectors.ports.accounts import FirstSetup
from memory.domain.errors import AppError, BadRequest
from memory.domain.import_stores import ImportState
from memory.domain.shops import Hearing
from memory.domain.workspace import Lang
from prompts.render import texts

Kind = Literal["creators", "products", "samples", "orders", "posts", "rates"]


def migrate() -> None:
    """Make or update the tables; no workspace is made."""
    run(migrated(read_settings()))
    typer.echo(texts().say("migrated", console_lang()))


def init(
    *,
    login: Annotated[str, typer.Option(help="The owner's login.")] = "",
    password: Annotated[str, typer.Option(envvar="DAREN_INIT_PASSWORD", help="At least 8 characters.")] = "",
    shop: Annotated[str, typer.Option(help="The shop's name.")] = "",
    brand: Annotated[str, typer.Option(help="The brand's name.")] = "",
    market: Annotated[str, typer.Option(help="The shop's market, e.g. US.")] = "",
    zone: Annotated[str, typer.Option(help="The team's time zone; else DAREN_TEAM_TIMEZONE.")] = "",
    product: Annotated[str, typer.Option(help="The first product's name.")] = "",
    link: str = "",
    price: str = "",
    points: Annotated[str, typer.Option(help="Selling points, separated by ;")] = "",
    ceiling: Annotated[str, typer.Option(help="Commission ceiling, e.g. 20%.")] = "",
    sample: bool | None = None,
) -> None:
    """Make a real workspace: owner, shop, brand, first product."""
    lang = console_lang()

    def asked(value: str, key: str, *, default: str | None = None, hide: bool = False) -> str:
        if value or not interactive():
            return value or default or ""
        return str(typer.prompt(texts().say(key, lang), default=default, hide_input=hide))

    setup = FirstSetup(
        owner_login=asked(login, "init_login"),
        owner_name="",
        password=asked(password, "init_password", hide=True),
        shop_name=asked(shop, "init_shop"),
        brand_name=asked(brand, "init_brand", default=shop or None),
        market=asked(market, "init_market", default="US"),
        team_zone=zone or read_settings().team_timezone.key,
        product_name=asked(product, "init_product", default=""),
        product_link=link,
        product_price=price,
        selling_points=tuple(points.split(";")) if points else (),
        commission_ceiling=ceiling,
        sample=sample,
        lang=lang,
    )
    run(_init(setup))


async def _init(setup: FirstSetup) -> None:
    async with opened(level="WARNING") as daren:
        await daren.accounts.fill_in(setup)
        home = daren.settings.home
        typer.echo(texts().say("init_done", console_lang(), home=str(home), login=setup.owner_login))


def import_file(
    kind: Annotated[Kind, typer.Argument(help="creators, products, samples, orders, posts or rates")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    mapping: Annotated[str | None, typer.Option(help="own, kalodata, fastmoss, tiktok …; else recognised.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report every row, change nothing.")] = False,
    as_member: AsMember = None,
) -> None:
    """Import a CSV or Excel file, with a report per row."""
    run(_import(kind, file, mapping=mapping, dry_run=dry_run, as_member=as_member))


async def _import(kind: Kind, file: Path, *, mapping: str | None, dry_run: bool, as_member: str | None) -> None:
    lang, say = console_lang(), texts().say
    async with opened(workspace=own_workspace, level="WARNING") as daren:
        scope = await daren.accounts.local(as_member=as_member)
        content = await asyncio.to_thread(file.read_bytes)
        run_id = await daren.imports.preview(scope, name=file.name, content=content, kind=kind, mapping=mapping)
        view = await daren.imports.view(scope, run_id)
        typer.echo(say("import_previewed", lang, rows=view.rows, good=view.good, mapping=view.mapping_name))
        if not dry_run:
            await daren.imports.start(scope, run_id, {})
            with Progress(console=Console(stderr=True), transient=True) as progress:
                bar = progress.add_task(say("import_running", lang), total=view.rows)
                await daren.imports.carry_out(scope, run_id)
                progress.update(bar, completed=view.rows)
                shown = progress.add_task(say("indexing", lang), total=view.good)
                await daren.indexer.catch_up(
                    daren.index, scope.tenant, progress=lambda done: progress.update(shown, completed=done)
                )
            view = await daren.imports.view(scope, run_id)
            if view.state == ImportState.FAILED:
                raise BadRequest("import_failed")
            counts = {"added": view.added, "changed": view.changed, "same": view.same}
            typer.echo(say("import_done", lang, problems=len(view.problems), **counts))
        for number, problem in view.problems:
            typer.echo(f"  {number}: {problem}")
        workspace = await daren.accounts.workspace()
        if workspace is not None and workspace.is_demo:
            typer.echo(f"【{say('demo_mark', lang)}】")


def reindex() -> None:
    """Build the creator index anew from rows; the old one answers until the new one is ready."""
    run(_reindex())


async def _reindex() -> None:
    async with opened(level="WARNING") as daren:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task(texts().say("indexing", console_lang()), total=None)
            await daren.index.rebuild(daren.indexer.rows, progress=lambda done: progress.update(bar, completed=done))
        info = await daren.index.info()
        typer.echo(texts().say("reindexed", console_lang(), entries=info.entries, model=info.model, engine=info.engine))


def doctor() -> None:
    """Look at everything a working installation needs, and say what to do about what is wrong."""
    raise typer.Exit(run(_doctor()))


async def _doctor() -> int:
    lang, say = console_lang(), texts().say
    table = Table(show_header=False, box=None)
    settings = read_settings()
    wrong = 0
    free = shutil.disk_usage(settings.home if settings.home.exists() else Path.cwd()).free // 1_000_000
    table.add_row(say("doctor_disk", lang), say("doctor_free", lang, megabytes=free))
    try:
        async with opened(level="ERROR") as daren:
            workspace = await daren.accounts.workspace()
            kind = say(f"workspace_{workspace.kind}", lang) if workspace else say("doctor_no_workspace", lang)
            table.add_row(say("doctor_workspace", lang), kind)
            for name, check in daren.queries.checks.items():
                try:
                    table.add_row(name, await check())
                except AppError as failure:
                    wrong += 1
                    table.add_row(name, told(failure, lang))
            table.add_row(say("doctor_model", lang), await _model(daren))
            for found in await daren.channel_doctor.look():
                wrong += found.failure is not None
                state = told(found.failure, lang) if found.failure else say("doctor_channel_ok", lang)
                table.add_row(say("doctor_channel", lang, name=found.channel.name), state)
            for shop in await daren.shops.doctor.look() if daren.shops else ():
                wrong += shop.failure is not None
                state = told(shop.failure, lang) if shop.failure else say("doctor_channel_ok", lang)
                lines = [state, *answers_of(shop.hearing, lang, settings.team_timezone)]
                table.add_row(say("doctor_shop", lang, name=shop.shop.name), "\n".join(lines))
            for sums in await daren.auditor.look():
                wrong += bool(sums.days)
                state = (
                    say("doctor_sums_wrong", lang, days=len(sums.days)) if sums.days else say("doctor_sums_ok", lang)
                )
                if sums.differing:
                    state += "\n" + say("doctor_rates_differ", lang, count=len(sums.differing))
                table.add_row(say("doctor_sums", lang, name=sums.brand.name), state)
    except AppError as failure:
        wrong += 1
        table.add_row(say("doctor_start", lang), told(failure, lang))
    Console().print(table)
    return EXIT_MISCONFIGURED if wrong or free < 200 else 0


def answers_of(hearing: Hearing, lang: Lang, zone: ZoneInfo) -> list[str]:
    """How creators' answers come in over a shop, in lines; times are a zone's."""
    say = texts().say

    def since(at: datetime | None, name: str, never: str) -> str:
        return say(name, lang, at=f"{at.astimezone(zone):%Y-%m-%d %H:%M}") if at else say(never, lang)

    lines = [
        since(hearing.read_at, "doctor_shop_read", "doctor_shop_never_read"),
        since(hearing.told_at, "doctor_shop_told", "doctor_shop_never_told"),
    ]
    if hearing.trouble is not None:
        why = say(hearing.trouble.key, lang, **hearing.trouble.facts)
        lines.append(say("doctor_shop_read_trouble", lang, why=why))
    return lines


async def _model(daren: Installation) -> str:
    lang, say = console_lang(), texts().say
    if daren.settings.model is None:
        return say("doctor_offline", lang)
    try:
        await daren.try_model()
    except AppError as failure:
        return told(failure, lang)
    return say("doctor_model_ok", lang, name=daren.settings.model.name)
