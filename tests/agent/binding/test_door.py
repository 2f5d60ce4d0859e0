"""The door of a channel over real rows: who gets in, who learns how, and codes that work once."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
import pytest

from agent.binding.door import TRIES_PER_USER, OpenDoor
from agent.binding.forms import BindingForms
from agent.binding.rules import CLAIM_LIFE, MADE_CODE_LIFE
from connectors.ports.door import Admitted, TurnedAway
from memory.database import Database
from memory.domain.bindings import Arrival, ChatKind
from memory.domain.channel_forms import AcceptClaim, BindingForm, EndBinding, MakeBindCode, RevokeIdentity
from memory.domain.channels import ChannelFields, ChannelKind
from memory.domain.errors import BadRequest, NotAllowed, NotFound
from memory.domain.ids import BrandId, ChannelId, MemberId
from memory.domain.workspace import Role, Scope
from prompts.render import texts
from tests.agent.team.forms_at_work import BOX
from tests.support.database import Office, at_brand, make_workspace

CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@dataclass
class Front:
    """A tenant with a bot, and everybody who writes to it."""

    database: Database
    office: Office
    channel: ChannelId

    @property
    def door(self) -> OpenDoor:
        return OpenDoor(self.database, BOX, texts())

    async def say(self, text: str, *, user: str = "mia", group: str = "") -> Admitted | TurnedAway:
        kind = ChatKind.GROUP if group else ChatKind.DIRECT
        return await self.door.enter(Arrival(self.channel, user, group or f"1:{user}", kind, text, user.title()))

    async def told(self, text: str, *, user: str = "mia", group: str = "") -> str:
        entry = await self.say(text, user=user, group=group)
        assert isinstance(entry, TurnedAway), entry
        return entry.text

    async def scope(self, *, user: str = "mia", group: str = "") -> Scope:
        entry = await self.say("有谁回我们了", user=user, group=group)
        assert isinstance(entry, Admitted), entry
        return entry.scope

    async def submit(self, form: BindingForm, by: Scope | None = None) -> str:
        lead = by or at_brand(self.office.owner, self.office.brands[0].id)
        async with self.database.unit(lead) as unit:
            return (await BindingForms(BOX, texts()).carry_out(unit, form)).text

    async def code(self, member: MemberId | None, brand: BrandId | None, by: Scope | None = None) -> str:
        return code_in(await self.submit(MakeBindCode(member=member, brand=brand), by))

    async def wait(self, by: timedelta) -> None:
        async with self.database.across_tenants("test") as unit:
            await unit.accounts.move_clock(by_seconds=int(by.total_seconds()) + 1)


def code_in(text: str) -> str:
    found = CODE.search(text)
    assert found is not None, text
    return found[0]


@pytest.fixture
async def front(database: Database, office: Office) -> Front:
    return await open_front(database, office)


async def open_front(database: Database, office: Office) -> Front:
    async with database.unit(office.owner) as unit:
        made = await unit.channels.save(None, ChannelFields(ChannelKind.WECOM_BOT, "机器人"))
    return Front(database, office, made.id)


async def test_who_is_let_in_brings_the_teams_clock_and_the_mark_of_a_demo(front: Front) -> None:
    member = front.office.owner.member
    await front.say("绑定 " + await front.code(member, front.office.brands[0].id))
    entry = await front.say("有谁回我们了")
    assert isinstance(entry, Admitted)
    assert (entry.team_zone, entry.demo_mark) == (front.office.brands[0].team_zone, "演示数据")
    assert entry.mark == f"演示数据 · {front.office.brands[0].name}"


async def test_who_is_let_in_is_spoken_to_in_the_language_they_write_in(front: Front) -> None:
    owner, brand = front.office.owner, front.office.brands[0]
    await front.say("绑定 " + await front.code(owner.member, brand.id))
    spoken = {}
    for text in ("有谁回我们了", "find 5 UK beauty creators", "更多"):
        entry = await front.say(text)
        assert isinstance(entry, Admitted)
        spoken[text] = (entry.scope.lang, entry.demo_mark)
    assert spoken == {
        "有谁回我们了": ("zh", "演示数据"),
        "find 5 UK beauty creators": ("en", texts().say("demo_mark", "en")),
        "更多": ("zh", "演示数据"),
    }


async def test_answers_name_the_brand_where_a_member_has_several(front: Front) -> None:
    owner, office = front.office.owner, front.office
    await front.told("绑定 " + await front.code(owner.member, None), user="owner")
    await front.told("绑定 " + await front.code(office.operator(0).member, office.brands[0].id), user="one")
    await front.told(
        "绑定 " + await front.code(None, office.brands[1].id, at_brand(owner, office.brands[1].id)), group="g2"
    )
    named = {}
    for user, group in (("owner", ""), ("owner", "g2"), ("one", "")):
        entry = await front.say("有谁回我们了", user=user, group=group)
        assert isinstance(entry, Admitted)
        named[user, group] = entry.brand
    assert named == {("owner", ""): "全部品牌", ("owner", "g2"): office.brands[1].name, ("one", ""): ""}


async def test_a_person_is_bound_by_a_code_once_and_then_known(front: Front) -> None:
    anna, brand = front.office.approver(0).member, front.office.brands[0].id
    code = await front.code(anna, brand)
    assert "Mia" not in await front.told("有谁回我们了")
    assert front.office.approver(0).member == anna
    assert await front.told(f"绑定 {code}") == texts().say(
        "bind_done_person", "zh", name=f"t{front.office.tenant}-approver-1", brand=front.office.brands[0].name
    )
    assert await front.scope() == replace(front.office.approver(0), lang="zh")
    assert await front.told(f"绑定 {code}", user="eve") == texts().say("bind_code_unknown", "zh")
    assert CODE.search(await front.told("我是 Anna", user="eve"))


async def test_a_code_that_comes_twice_says_again_what_it_did_to_whom_it_bound_alone(front: Front) -> None:
    office = front.office
    anna, brand = office.approver(0).member, office.brands[0].id
    code, of_group = await front.code(anna, brand), await front.code(None, brand)
    about = office.brands[0].name
    done = texts().say("bind_done_person", "zh", name=f"t{office.tenant}-approver-1", brand=about)
    unknown = texts().say("bind_code_unknown", "zh")
    for _ in range(TRIES_PER_USER + 2):
        assert await front.told(f"绑定 {code}") == done
        assert await front.told(f"绑定 {of_group}", group="g1") == texts().say("bind_done_group", "zh", brand=about)
        await front.wait(MADE_CODE_LIFE)
    assert await front.told(f"绑定 {code}", user="eve") == unknown
    assert await front.told(f"绑定 {of_group}", user="eve", group="g2") == unknown
    await front.told(f"绑定 {await front.code(office.operator(0).member, brand)}")
    assert await front.told(f"绑定 {code}") == unknown  # they are somebody else by now


async def test_a_group_is_about_the_brand_of_its_code_and_answers_only_its_people(front: Front) -> None:
    office = front.office
    first, second = (brand.id for brand in office.brands)
    assert await front.told("有谁回我们了", group="g1") == texts().say("bind_how_group", "zh")
    for user, scope, brand in (("one", office.operator(0), first), ("two", office.operator(1), second)):
        by = at_brand(office.owner, brand)
        await front.told(f"绑定 {await front.code(scope.member, brand, by)}", user=user)
    code = await front.code(None, first)
    assert await front.told(f"绑定 {code}", user="stranger") == texts().say("bind_code_for_group", "zh")
    assert await front.told(f"绑定 {code}", user="stranger", group="g1") == texts().say(
        "bind_done_group", "zh", brand=office.brands[0].name
    )
    assert await front.scope(user="one", group="g1") == office.operator(0)
    assert await front.told("有谁回我们了", user="two", group="g1") == texts().say("bind_other_brand", "zh")
    assert CODE.search(await front.told("有谁回我们了", user="stranger", group="g1"))
    assert await front.told("有谁回我们了", user="one", group="g2") == texts().say("bind_how_group", "zh")


async def test_only_a_lead_of_all_brands_is_bound_to_all(front: Front) -> None:
    office = front.office
    await front.told(f"绑定 {await front.code(office.owner.member, None)}", user="owner")
    assert await front.scope(user="owner") == office.owner
    with pytest.raises(BadRequest, match="bind_not_all_brands"):
        await front.code(office.lead(0).member, None)
    with pytest.raises(BadRequest, match="bind_group_one_brand"):
        await front.code(None, None)
    with pytest.raises(BadRequest, match="bind_other_brand"):
        await front.code(office.operator(1).member, office.brands[0].id)


async def test_who_stops_leading_all_brands_is_shown_none_in_that_chat(front: Front) -> None:
    office = front.office
    await front.told(f"绑定 {await front.code(office.owner.member, None)}", user="owner")
    async with front.database.unit(office.owner) as unit:
        me = next(one for one in await unit.people.members() if one.id == office.owner.member)
        await unit.people.save_member(me, {"role": Role.APPROVER})
    assert await front.told("有谁回我们了", user="owner") == texts().say("bind_not_all_brands", "zh")


async def test_a_code_for_a_person_that_a_group_read_is_void(front: Front) -> None:
    code = await front.code(front.office.operator(0).member, front.office.brands[0].id)
    assert await front.told(f"绑定 {code}", group="g1") == texts().say("bind_code_public", "zh")
    assert await front.told(f"绑定 {code}") == texts().say("bind_code_unknown", "zh")


async def test_codes_expire(front: Front) -> None:
    made = await front.code(front.office.operator(0).member, front.office.brands[0].id)
    claim = code_in(await front.told("hello there my friend"))
    await front.wait(MADE_CODE_LIFE)
    assert await front.told(f"绑定 {made}") == texts().say("bind_code_unknown", "zh")
    await front.wait(CLAIM_LIFE)
    with pytest.raises(BadRequest, match="bind_claim_unknown"):
        await front.submit(claim_of(front, claim))


def claim_of(front: Front, code: str) -> AcceptClaim:
    return AcceptClaim(code=code, member=front.office.operator(0).member, brand=front.office.brands[0].id)


async def test_a_strangers_code_tells_a_lead_who_asks_and_binds_nobody_who_types_it(front: Front) -> None:
    first = code_in(await front.told("有谁回我们了"))
    claim = code_in(await front.told("有谁回我们了"))
    assert await front.told(f"绑定 {claim}", user="eve") == texts().say("bind_code_for_lead", "zh")
    with pytest.raises(BadRequest, match="bind_claim_unknown"):  # the newer one took its place
        await front.submit(claim_of(front, first))
    await front.submit(claim_of(front, claim.lower().replace("-", " ")))
    assert await front.scope() == front.office.operator(0)
    with pytest.raises(BadRequest, match="bind_claim_unknown"):
        await front.submit(claim_of(front, claim))
    assert CODE.search(await front.told("有谁回我们了", user="eve"))


async def test_a_strangers_code_from_a_group_binds_the_person_and_no_chat_of_theirs(front: Front) -> None:
    await front.told(f"绑定 {await front.code(None, front.office.brands[0].id)}", group="g1")
    await front.submit(claim_of(front, code_in(await front.told("有谁回我们了", group="g1"))))
    assert await front.scope(group="g1") == front.office.operator(0)
    assert await front.told("有谁回我们了") == texts().say("bind_how_direct", "zh")


async def test_wrong_codes_are_counted_and_then_no_code_is_looked_at(front: Front) -> None:
    code = await front.code(front.office.operator(0).member, front.office.brands[0].id)
    for _ in range(TRIES_PER_USER):
        assert await front.told("绑定 2222-2222") == texts().say("bind_code_unknown", "zh")
    assert await front.told(f"绑定 {code}") == texts().say("too_many_tries", "zh", minutes=15)
    assert await front.told(f"绑定 {code}", user="other") != texts().say("too_many_tries", "zh", minutes=15)


async def test_two_at_once_use_a_code_once(front: Front) -> None:
    code = await front.code(front.office.operator(0).member, front.office.brands[0].id)
    said = await asyncio.gather(*(front.told(f"绑定 {code}", user=f"u{number}") for number in range(4)))
    assert sum(text == texts().say("bind_code_unknown", "zh") for text in said) == 3


async def test_who_is_taken_back_is_a_stranger_and_who_left_is_shown_nothing(front: Front) -> None:
    office = front.office
    await front.told(f"绑定 {await front.code(office.operator(0).member, office.brands[0].id)}")
    async with front.database.unit(office.owner) as unit:
        (identity,) = await unit.bindings.identities()
        member = next(one for one in await unit.people.members() if one.id == office.operator(0).member)
        await unit.people.save_member(member, {"active": False})
    assert (identity.outside_name, identity.channel_name) == ("Mia", "机器人")
    assert await front.told("有谁回我们了") == texts().say("bind_member_gone", "zh")
    await front.submit(RevokeIdentity(identity=identity.id))
    async with front.database.unit(office.owner) as unit:
        assert (await unit.bindings.identities(), await unit.bindings.bindings(brand=None)) == ([], [])
    assert CODE.search(await front.told("有谁回我们了"))
    with pytest.raises(NotFound, match="no_such_identity"):
        await front.submit(RevokeIdentity(identity=identity.id))


async def test_an_unbound_group_gets_nothing_any_more(front: Front) -> None:
    await front.told(f"绑定 {await front.code(None, front.office.brands[0].id)}", group="g1")
    async with front.database.unit(front.office.owner) as unit:
        (binding,) = await unit.bindings.bindings(brand=None)
    await front.submit(EndBinding(binding=binding.id))
    assert await front.told("有谁回我们了", group="g1") == texts().say("bind_how_group", "zh")


async def test_only_a_lead_binds_and_a_brands_lead_only_its_own(front: Front) -> None:
    office = front.office
    first, second = (brand.id for brand in office.brands)
    for scope in (office.viewer(0), office.operator(0), office.approver(0)):
        with pytest.raises(NotAllowed, match="needs_role"):
            await front.code(None, first, scope)
    with pytest.raises(NotAllowed, match="bind_other_team"):
        await front.code(None, second, office.lead(0))
    with pytest.raises(NotAllowed, match="bind_other_team"):
        await front.code(office.operator(1).member, first, office.lead(0))
    await front.told(f"绑定 {await front.code(None, second, at_brand(office.owner, second))}", group="g2")
    async with front.database.unit(office.owner) as unit:
        (theirs,) = await unit.bindings.bindings(brand=second)
    with pytest.raises(NotFound, match="no_such_binding"):
        await front.submit(EndBinding(binding=theirs.id), office.lead(0))


async def test_tenants_do_not_meet_at_the_door(front: Front) -> None:
    rival = await open_front(front.database, await make_workspace(front.database, name="Rival"))
    code = await front.code(front.office.operator(0).member, front.office.brands[0].id)
    assert await rival.told(f"绑定 {code}") == texts().say("bind_code_unknown", "zh")
    await front.told(f"绑定 {code}")
    assert CODE.search(await rival.told("有谁回我们了"))  # the same user id on another tenant's bot
    async with front.database.unit(rival.office.owner) as unit:
        assert await unit.bindings.identities() == []
    claim = code_in(await rival.told("有谁回我们了"))
    with pytest.raises(BadRequest, match="bind_claim_unknown"):
        await front.submit(claim_of(front, claim))


async def test_a_channel_that_serves_one_brand_carries_no_other_ones_data(front: Front) -> None:
    first, second = (brand.id for brand in front.office.brands)
    code = await front.code(None, second, at_brand(front.office.owner, second))
    owner = at_brand(front.office.owner, None)
    await front.told(f"绑定 {await front.code(None, second, at_brand(front.office.owner, second))}", group="g1")
    async with front.database.unit(owner) as unit:
        await unit.channels.save(front.channel, ChannelFields(ChannelKind.WECOM_BOT, "机器人", serves=first))
    assert await front.told(f"绑定 {code}", group="g2") == texts().say("bind_other_brand", "zh")
    assert await front.told("有谁回我们了", group="g1") == texts().say("bind_how_group", "zh")


async def test_a_channel_that_is_off_lets_nobody_in(front: Front) -> None:
    async with front.database.unit(front.office.owner) as unit:
        await unit.channels.save(front.channel, ChannelFields(ChannelKind.WECOM_BOT, "机器人", active=False))
    with pytest.raises(NotFound, match="no_such_channel"):
        await front.say("有谁回我们了")


async def test_no_row_holds_a_code(front: Front) -> None:
    code = await front.code(None, front.office.brands[0].id)
    claim = code_in(await front.told("有谁回我们了"))
    with psycopg.connect(front.database.url) as line:
        (rows,) = line.execute("select array_agg(c::text) from bind_code c").fetchall()
        (audit,) = line.execute("select array_agg(a::text) from audit_event a").fetchall()
    for secret in (code, claim, code.replace("-", ""), claim.replace("-", "")):
        assert secret not in f"{rows}{audit}"
