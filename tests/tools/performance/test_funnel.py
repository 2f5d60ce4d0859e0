"""What is found in planted replies: 3 % against 9 % is told apart among four hundred each, and not among forty."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from agent.cards.funnel import funnel as shown
from evals.suites.selling_office import open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.ids import TemplateVersionId
from memory.domain.outreach import Purpose
from memory.domain.templates import Wording
from prompts.render import texts
from tests.support.asking import Asking
from tests.support.database import TestServer
from tools.performance.arguments import PerformanceArgs
from tools.performance.funnel import FunnelShown
from tools.performance.tool import performance

# Messages that were sent from one version, and the answers some of them got; a row each, as the dispatcher keeps them.
_PLANTED = """
with told as (
  insert into creator (tenant_id, platform, handle, name, bio, languages, categories, captions, hashtags, source,
                       source_as_of, made_at, changed_at)
  select %(tenant)s, 'tiktok', %(mark)s || n, 'x', '', '[]', '[]', '[]', '[]', 'test', now(), now(), now()
  from generate_series(1, %(sent)s) n returning id, handle
), made as (
  insert into batch (tenant_id, brand_id, code, purpose, channel, made_by, made_at, decide_by, published_at)
  values (%(tenant)s, %(brand)s, %(mark)s, 'invite', 'playground', %(member)s, now(), now(), now()) returning id
), drafts as (
  insert into draft (tenant_id, brand_id, batch_id, number, creator_id, purpose, channel, occasion, newest)
  select %(tenant)s, %(brand)s, made.id, row_number() over (order by told.id), told.id, 'invite', 'playground',
         %(mark)s || told.id, 1 from made, told returning id, number, creator_id
), versions as (
  insert into draft_version (tenant_id, brand_id, draft_id, number, digest, text, text_zh, language, paired,
                             free_sample, flags, author_id, made_at, template_version_id)
  select %(tenant)s, %(brand)s, id, 1, 'd', 't', 't', 'en', true, false, '[]', %(member)s, now(), %(version)s
  from drafts returning id, draft_id
), steps as (
  insert into outreach_step (tenant_id, brand_id, draft_id, creator_id, channel, occasion, idempotency_key,
                             first_message, state, due_at, look_at, attempts, may_have_gone, made_at, sent_at)
  select %(tenant)s, %(brand)s, id, creator_id, 'playground', %(mark)s || id, %(mark)s || id, true, 'sent', now(),
         now(), 1, false, now(), %(at)s from drafts returning id, draft_id, creator_id
), sends as (
  insert into send (tenant_id, brand_id, step_id, attempt, state, version_id, digest, claimed_at, template_version_id,
                    language, local_hour, round)
  select %(tenant)s, %(brand)s, steps.id, 1, 'accepted', versions.id, 'd', %(at)s, %(version)s, 'en', 12, 1
  from steps join versions on versions.draft_id = steps.draft_id
)
insert into creator_message (tenant_id, brand_id, creator_id, source, outside_id, text, received_at, stored_at, intent,
                             gist, step_id)
select %(tenant)s, %(brand)s, steps.creator_id, 'test', %(mark)s || steps.id, 'ok', %(at)s, now(), 'interested', '{}',
       steps.id
from steps join drafts on drafts.id = steps.draft_id where drafts.number <= %(replied)s
"""


@dataclass(slots=True)
class Planting(Asking):
    """A member who asks after replies that were planted."""

    line: psycopg.Connection | None = None

    async def plant(self, name: str, *, sent: int, replied: int) -> TemplateVersionId:
        """So many messages from a template of this name, so many of them answered."""
        who = self.shop.operator
        wording = Wording("Hi {name}", "{name}你好", "en")
        async with self.shop.database.unit(who) as unit:
            kept = await unit.templates.keep(name, wording, purpose=Purpose.INVITE, brand=self.shop.brand)
            at = unit.now
        assert self.line is not None
        given = {"tenant": who.tenant, "brand": self.shop.brand, "member": who.member, "mark": name, "at": at}
        self.line.execute(_PLANTED, given | {"sent": sent, "replied": replied, "version": kept.in_force.id})
        return kept.in_force.id

    async def ask(self, **args: object) -> FunnelShown:
        """The funnel of the last days, today included."""
        given = PerformanceArgs.model_validate({"subject": "funnel"} | args)
        result = await performance(self.shop.database).run(given, await self.turn())
        assert isinstance(result, FunnelShown)
        return result


@pytest.fixture
def line(database_url: str, postgres: TestServer) -> Iterator[psycopg.Connection]:
    name = database_url.split("/")[3].split("?", maxsplit=1)[0]
    with psycopg.connect(postgres.url(name, user="postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture
async def planting(database: Database, line: psycopg.Connection) -> Planting:
    shop = await open_office(database)
    return Planting(shop, await open_talk(shop, shop.operator), line=line)


async def test_a_planted_difference_is_found_among_four_hundred_each(planting: Planting) -> None:
    await planting.plant("A", sent=400, replied=12)
    await planting.plant("B", sent=400, replied=36)
    piece = shown(await planting.ask(group_by="template", order_by="reply_rate"), "zh", texts())
    (card,) = piece.cards
    assert isinstance(card, ReportCard)
    assert card.rows == (
        ("B（第 1 版）", "400", "36，9.0%（6.6%–12.2%）", "36，9.0%（6.6%–12.2%）", "0，0.0%（0.0%–1.0%）"),
        ("A（第 1 版）", "400", "12，3.0%（1.7%–5.2%）", "12，3.0%（1.7%–5.2%）", "0，0.0%（0.0%–1.0%）"),
    )
    assert "回复率：B（第 1 版）高于A（第 1 版）（区间不重叠）。" in piece.text
    whole = shown(await planting.ask(compare="previous_period"), "en", texts())
    assert "higher than" not in whole.text


async def test_the_same_difference_is_not_claimed_among_forty_each(planting: Planting) -> None:
    await planting.plant("A", sent=40, replied=1)
    await planting.plant("B", sent=40, replied=4)
    piece = shown(await planting.ask(group_by="template", metrics=["reply_rate"]), "en", texts())
    (card,) = piece.cards
    assert isinstance(card, ReportCard)
    assert [row[2] for row in card.rows] == ["1, too few to tell", "4, too few to tell"]
    assert "higher" not in piece.text
    assert "Fewer than 50 creators, not compared: A (version 1), B (version 1)" in piece.text


async def test_a_difference_that_may_be_chance_is_called_none(planting: Planting) -> None:
    await planting.plant("A", sent=60, replied=6)
    await planting.plant("B", sent=60, replied=9)
    piece = shown(await planting.ask(group_by="template", top=1), "zh", texts())
    assert "回复率的区间都重叠，现在不能说谁更好。" in piece.text
    assert "另有 1 组没有列出。" in piece.text


async def test_a_post_counts_for_the_messages_before_it(planting: Planting) -> None:
    await planting.plant("A", sent=60, replied=0)
    assert planting.line is not None
    for moved, content in (("1 day", "after"), ("-1 day", "before")):
        planting.line.execute(
            "insert into content_post (tenant_id, brand_id, content, creator_id, kind, posted_at, link, source, as_of)"
            " select tenant_id, brand_id, %s || id, creator_id, 'video', sent_at + %s::interval, '', 'test', now()"
            " from outreach_step order by id limit 3 offset %s",
            (content, moved, 0 if content == "after" else 3),
        )
    (group,) = (await planting.ask()).groups
    assert (group.counts.contacted, group.counts.posted) == (60, 3)
