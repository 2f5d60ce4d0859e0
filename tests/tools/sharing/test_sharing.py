"""A text for other chats: what was shown last, in whole lines, without contacts, links or the team's own words."""

from pathlib import Path

import pytest

from agent.cards import searching
from agent.cards.sharing import MOST_LETTERS, shared
from memory.database import Database
from memory.domain.cards import Card, CreatorCard, PlanCard, PlanRow, RepliesCard, ReportCard, ShareCard, ShortlistCard
from memory.domain.chat import Reply
from memory.domain.chat_stores import Author
from memory.domain.creator import CreatorFacts, Shortlist
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId
from memory.domain.money import Money, MoneySpan, Span
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support.database import Office
from tests.support.fake_office import NOW
from tests.support.searching import Shop, open_shop
from tools.creator_search.tool import search_creators
from tools.sharing.tool import Shared, share_text

CONTACTS = ("write.me@shop.example", "+1 202 555 0134", "https://bio.example/me")


@pytest.fixture
async def shop(database: Database, office: Office, tmp_path: Path) -> Shop:
    one = await open_shop(database, office.operator(), tmp_path)
    await one.add(
        *(
            CreatorFacts(
                handle=f"cat_person.{number:02}",
                name=f"Cat {number} {CONTACTS[number % 3]}",
                bio=f"cats {CONTACTS[number % 3]}",
                market="US",
                followers=Span.exactly(41_579 - number),
                gmv_30d=MoneySpan.exactly(Money.of(1_234)),
                engagement_bp=Span.exactly(425),
                email="first@example.com",
            )
            for number in range(30)
        )
    )
    return one


async def tell(shop: Shop, *cards: Card, author: Author = Author.DAREN) -> None:
    async with shop.database.unit(shop.scope) as unit:
        await unit.conversations.say(
            shop.conversation, author=author, reply=Reply(text="found", cards=cards), now=unit.now
        )


async def search(shop: Shop) -> ShortlistCard:
    found = await shop.run(search_creators(shop.units, shop.index), limit=30, sort="followers")
    assert isinstance(found, Shortlist)
    (card,) = searching.shortlist(found, "zh", texts()).cards
    assert isinstance(card, ShortlistCard)
    await tell(shop, card)
    return card


async def said(shop: Shop, *, lang: Lang = "zh", **arguments: list[int]) -> str:
    result = await shop.run(share_text(shop.units), **arguments)  # type: ignore[arg-type]  # numbers are JSON
    assert isinstance(result, Shared)
    (card,) = shared(result, lang, texts()).cards
    assert isinstance(card, ShareCard)
    return card.text


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_list_is_as_many_whole_rows_as_fit_and_says_how_many_there_are(shop: Shop, lang: Lang) -> None:
    card = await search(shop)
    text = await said(shop, lang=lang)
    assert len(text) <= MOST_LETTERS
    rows = [line for line in text.splitlines() if "@cat_person" in line]
    assert 5 < len(rows) < 30
    for place, row in enumerate(rows):
        assert row.startswith(f"{place + 1}. @{card.items[place].handle}")
        assert row.endswith("4.25%")
    assert text.splitlines()[-1] == texts().say("share_all", lang, total=card.total, shown=len(rows))
    assert "@" not in text.replace("@cat_person", "")


async def test_no_contact_no_link_and_nothing_of_the_teams_own_is_in_it(shop: Shop) -> None:
    await tell(
        shop,
        CreatorCard(
            creator=CreatorId(1),
            handle="mia",
            name=f"Mia {CONTACTS[0]}",
            bio=CONTACTS[1],
            market="US",
            facts=(
                ("粉丝", "4.2万"),
                ("备注", f"{CONTACTS[0]} {CONTACTS[1]} {CONTACTS[2]}"),
                (texts().say("label_stage", "zh"), "谈判中"),
                (texts().say("label_tags", "en"), "too expensive"),
            ),
            source="file",
            as_of=NOW,
        ),
    )
    text = await said(shop)
    assert "@mia" in text
    assert "4.2万" in text
    for secret in (*CONTACTS, "谈判中", "too expensive"):
        assert secret not in text


async def test_some_ranks_are_shared_alone_and_an_unknown_one_is_said(shop: Shop) -> None:
    card = await search(shop)
    text = await said(shop, ranks=[2, 5])
    assert [line.split("｜")[0] for line in text.splitlines()[2:]] == [
        f"2. @{card.items[1].handle}",
        f"5. @{card.items[4].handle}",
    ]
    await tell(shop, ReportCard(title="今天", period="", columns=(), rows=(), as_of=None, source="我们"))
    assert f"5. @{card.items[4].handle}" in await said(shop, ranks=[5])
    with pytest.raises(BadRequest, match="rank_missing"):
        await said(shop, ranks=[99])


async def test_plans_and_reports_are_results_too_and_creators_words_are_not(shop: Shop) -> None:
    plan = PlanCard(
        batch="K7",
        items=(
            PlanRow(
                number=1,
                handle="mia",
                state="approved",
                state_text="已排期",
                due_at=NOW,
                zone="America/New_York",
                zone_estimated=False,
            ),
        ),
    )
    report = ReportCard(
        title="今天", period="11-20", columns=("项", "数"), rows=(("邀约", "12"),), as_of=None, source="我们"
    )
    await tell(shop, plan)
    assert "@mia · 已排期 · 11-20 周五 08:12" in await said(shop)
    await tell(shop, report)
    await tell(shop, RepliesCard(total=0, items=()))
    await tell(shop, plan, author=Author.MEMBER)
    text = await said(shop)
    assert text.splitlines() == ["今天 11-20", "（演示数据，都是虚构的）", "项 · 数", "邀约 · 12", "来源：我们"]


async def test_before_anything_was_shown_there_is_nothing_to_share(shop: Shop) -> None:
    with pytest.raises(BadRequest, match="nothing_to_share"):
        await said(shop)


async def test_a_demo_says_so_inside_the_text(shop: Shop) -> None:
    await search(shop)
    assert texts().say("share_demo", "zh") in await said(shop)
