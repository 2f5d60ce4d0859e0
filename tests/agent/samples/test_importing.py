"""Samples in and out of files: what a table records, what it may not, and that our own file changes nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from agent.imports import Imports
from agent.samples.sheet import samples_file
from connectors.files.reader import FileReader
from connectors.ports.queries import ImportView
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.import_stores import ImportState
from memory.domain.money import Money
from memory.domain.sample import Sample, SampleStatus
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.sampling import SampleTeam

S = SampleStatus


async def handed_in(team: SampleTeam, scope: Scope, content: str | bytes) -> ImportView:
    """A file previewed and carried out."""
    imports = Imports(team.database, FileReader(), texts())
    raw = content if isinstance(content, bytes) else content.encode()
    run = await imports.preview(scope, name="样品.csv", content=raw, kind="samples")
    await imports.start(scope, run, {})
    await imports.carry_out(scope, run)
    return await imports.view(scope, run)


async def all_samples(team: SampleTeam) -> Sequence[Sample]:
    async with team.database.unit(team.office.viewer()) as unit:
        return await unit.samples.find()


def days_ago(team_now: datetime, days: int) -> str:
    return (team_now - timedelta(days=days)).date().isoformat()


async def test_a_table_records_where_samples_stand_with_their_days(team: SampleTeam) -> None:
    await team.creators("mia.pets", "ben.pets", "zoe.pets")
    await team.product("Leash")
    async with team.database.unit(team.office.viewer()) as unit:
        now = unit.now
    text = (
        "handle,product,status,tracking number,cost,shipped on,delivered on,posted on\n"
        f"mia.pets,leash,delivered,1Z1,12.5,{days_ago(now, 25)},{days_ago(now, 20)},\n"
        f"ben.pets,Rope,posted,,,,{days_ago(now, 9)},{days_ago(now, 2)}\n"
        "nobody,,shipped,,,,,\n"
        f"zoe.pets,,delivered,,,,{days_ago(now, -3)},\n"
    )
    view = await handed_in(team, team.office.approver(), text)
    assert (view.state, view.added, view.good) == (ImportState.DONE, 2, 2)
    assert view.problems == (
        (3, "没有「Rope」这个产品，按没写产品登记。"),
        (4, "没有 @nobody 这位达人，先导入达人。"),
        (5, "日期在将来，还没发生的不能登记。"),
    )
    mia, ben = await all_samples(team)
    assert mia.delivered_at is not None
    assert (mia.status, mia.tracking_number, mia.cost) == (S.OVERDUE, "1Z1", Money(1250))
    assert mia.due_at == mia.delivered_at + timedelta(days=14)
    assert (now - mia.delivered_at).days in (19, 20)
    assert (ben.status, ben.approved_by) == (S.POSTED, team.office.approver().member)
    relation = await team.relation("ben.pets")
    assert (relation.samples_received, relation.samples_posted) == (1, 1)


async def test_rows_that_give_goods_away_need_the_sign_of_who_hands_them_in(team: SampleTeam) -> None:
    await team.creators("mia.pets", "ben.pets")
    text = "handle,status\nmia.pets,shipped\nben.pets,asked\n"
    view = await handed_in(team, team.office.operator(), text)
    assert [number for number, _ in view.problems] == [2]
    assert view.problems[0][1].startswith("批准样品要花货，你的角色不能批")
    assert [sample.status for sample in await all_samples(team)] == [S.ASKED]


async def test_our_own_file_handed_in_again_changes_nothing(team: SampleTeam) -> None:
    await team.creators("mia.pets", "ben.pets", "zoe.pets")
    await team.product("Leash")
    approver = team.office.approver()
    await team.approved(approver, {"handles": ["mia.pets", "ben.pets"], "status": "delivered", "cost": "7.25"})
    await team.approved(approver, {"handles": ["mia.pets"], "status": "shipped", "tracking_number": "1Z2"}, "Leash")
    await team.recorded(team.office.operator(), {"handles": ["zoe.pets"], "status": "asked"})
    await team.days_pass(15)
    await team.recorded(approver, {"handles": ["ben.pets"], "status": "posted"}, "https://vt.tiktok.com/x")
    before = await all_samples(team)
    assert len(before) == 4
    for scope in (approver, team.office.operator()):
        async with team.database.unit(scope) as unit:
            file = await samples_file(unit, texts())
        assert file.content.decode("utf-8-sig").startswith(texts().say("export_demo_mark", "zh"))
        assert file.name.startswith("演示数据-样品-")
        view = await handed_in(team, scope, file.content)
        assert (view.rows, view.same, view.problems) == (4, 4, ())
    assert await all_samples(team) == before


async def test_a_table_that_is_behind_is_left_out_and_one_that_is_ahead_moves_on(team: SampleTeam) -> None:
    await team.creators("mia.pets", "ben.pets")
    await team.approved(team.office.approver(), {"handles": ["mia.pets", "ben.pets"], "status": "shipped"})
    view = await handed_in(team, team.office.operator(), "handle,status\nmia.pets,approved\nben.pets,delivered\n")
    assert (view.changed, [number for number, _ in view.problems]) == (1, [2])
    assert sorted(sample.status for sample in await all_samples(team)) == [S.DELIVERED, S.SHIPPED]


async def test_a_file_is_of_one_brand(team: SampleTeam) -> None:
    with pytest.raises(BadRequest, match="choose_a_brand"):
        await handed_in(team, team.office.owner, "handle,status\nmia.pets,asked\n")


async def test_a_day_in_the_file_is_a_day_of_the_team(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    async with team.database.unit(team.office.viewer()) as unit:
        day = unit.now - timedelta(days=4)
    await handed_in(team, team.office.approver(), f"handle,status,delivered on\nmia.pets,delivered,{day.date()}\n")
    (sample,) = await all_samples(team)
    assert sample.delivered_at == datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # noon in Shanghai


async def test_a_table_is_read_as_what_its_columns_say_and_as_another_kind_when_asked(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    imports, who = Imports(team.database, FileReader(), texts()), team.office.approver()
    content = "达人账号,产品,样品状态,物流单号\nmia.pets,,已签收,1Z1\n".encode()
    run = await imports.preview(who, name="表.csv", content=content, kind="")
    seen = await imports.view(who, run)
    assert (seen.kind, seen.kinds, seen.good) == ("samples", ("creators", "products", "samples"), 1)

    assert (await imports.read_as(who, run, "creators")).text == "达人"
    again = await imports.view(who, run)
    assert (again.kind, again.mapping, again.good) == ("creators", {"达人账号": "handle"}, 1)
    with pytest.raises(Conflict, match="import_other_kind"):
        await imports.start(who, run, seen.mapping, kind="samples")
    await imports.start(who, run, again.mapping, kind="creators")
    with pytest.raises(Conflict, match="import_begun"):
        await imports.read_as(who, run, "samples")
    for kind in ("", "people"):
        with pytest.raises(BadRequest, match="kind_unknown"):
            await imports.read_as(who, run, kind)
    with pytest.raises(NotAllowed):
        await imports.read_as(team.office.viewer(), run, "samples")
