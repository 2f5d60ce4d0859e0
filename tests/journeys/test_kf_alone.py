"""The whole job over 微信客服 with `daren serve` as its own processes: callbacks twice and late, a crash between."""

from pathlib import Path

import pytest

from agent.settings import Settings
from connectors.wecom.kf.callbacks import ADDRESS
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.faults import Fault, FaultKind
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from tests.journeys.test_app_alone import AppCompany, plan
from tests.support.companies import DRAFT, MOST_MOVES, QUESTION, founded
from tests.support.product import make_everybody_talkative

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

PULLS = "kf/sync_msg"
WECHAT = {"xiaolin": "wangwei", "ahua": "zhaomin"}  # who on WeChat is which member


class WeChatCompany(AppCompany):
    """The team reached on WeChat, where only so much is said at a time."""

    async def menu(self, user: str) -> Message:
        """The menu that decides the drafts they asked for, asked for to its end."""
        for _ in range(8):
            await self.until(lambda: "更多" in self.said(user)[-1].content or bool(self.menus(user)))
            if self.menus(user):
                break
            before = len(self.said(user))
            self.types(user, "更多")
            await self.until(lambda before=before: len(self.said(user)) > before)  # type: ignore[misc]  # keeps its value
            await self.until(lambda: self.unsettled() == [])
        return self.menus(user)[-1]

    def menus(self, user: str) -> list[Message]:
        """Those that approve."""
        menus = [one for one in self.said(user) if one.card]
        return [one for one in menus if one.card and one.card["items"][0]["id"].startswith("approve:")]


class KfCompany(WeChatCompany):
    """The team reached over the first account of 微信客服 alone."""

    @property
    def open_kfid(self) -> str:
        """The account."""
        return next(iter(self.emulator.platform.wechat.kf))

    def path(self, channel: ChannelId) -> str:
        """See `AppCompany.path`."""
        return ADDRESS + self.books.kf_callbacks.paths.path(channel)

    async def set_up(self) -> None:
        """The lead saves the account on the channels page, for one brand of two."""
        typed = {
            "corp_id": self.emulator.platform.corp.corpid, "app_secret": self.app.secret,
            "token": self.app.callback.token, "aes_key": self.app.callback.aes_key, "open_kfid": self.open_kfid,
        }  # fmt: skip
        brand = self.people["wangwei"].scope.brand
        form = SaveChannel(of=ChannelKind.WECOM_KF, name="微信客服", brand=brand, typed=typed)
        await self.books.desk.submit(self.people["lina"].scope, form)

    async def bind(self) -> None:
        """One with a typed code, one by a link."""
        codes = {user: await self.code(self.people[member]) for user, member in WECHAT.items()}
        self.types("xiaolin", f"绑定 {codes['xiaolin']}")
        self.emulator.kf.people.enters("ahua", open_kfid=self.open_kfid, scene_param=f"bind={codes['ahua']}")
        for user in WECHAT:
            await self.until(lambda user=user: self.told(user, "绑好了") == 1)  # type: ignore[misc]  # keeps its value
            assert self.told(user, "这里我不能主动找你") == 1

    def types(self, user: str, text: str) -> None:
        """To the account."""
        self.emulator.kf.people.says(user, text, open_kfid=self.open_kfid)

    def said(self, user: str) -> list[Message]:
        """What the account said to somebody."""
        chat = self.emulator.platform.chats.of(private(self.open_kfid, user))
        return [message for message in chat if message.sender == self.open_kfid]

    def taps(self, user: str, menu: Message) -> None:
        """The first line of a menu."""
        assert menu.card is not None
        self.emulator.kf.people.taps(user, menu.message_id, menu.card["items"][0]["id"])


async def test_people_who_only_have_wechat_do_the_whole_job_and_hear_everything_once(
    demo_settings: Settings, tmp_path: Path
) -> None:
    async with founded(KfCompany, demo_settings, tmp_path / "log") as team:
        make_everybody_talkative(team.books)
        plan(team.emulator, FaultKind.DUPLICATE_CALLBACK, copies=3, times=0)
        async with team.serving() as process:
            await team.bind()
            team.types("laozhou", QUESTION)
            await team.until(lambda: team.told("laozhou", "我还不认识你") == 1)
            team.types("xiaolin", QUESTION)
            await team.until(lambda: team.told("xiaolin", "找到 ") == 1)
            asked = team.emulator.callbacks.deliveries[-1]
            team.types("ahua", QUESTION)
            await team.until(lambda: team.told("ahua", "找到 ") == 1)
            team.types("ahua", DRAFT)
            refused = await team.menu("ahua")
            team.taps("ahua", refused)
            await team.until(lambda: team.told("ahua", "审批要由审批人或负责人来做") == 1)
            await team.until(lambda: team.unsettled() == [])
            ((code,),) = team.rows("select code from batch where id = (select max(id) from batch)")
            # Pulled and not committed: the process dies while it holds the page.
            pulls = len(team.emulator.platform.records.of(PULLS))
            team.emulator.platform.faults.add(Fault(kind=FaultKind.DELAY, endpoint=PULLS, seconds=60))
            team.types("xiaolin", f"{code} 里都有什么")
            await team.until(lambda: len(team.emulator.platform.records.of(PULLS)) > pulls)
            await team.until(lambda: team.emulator.callbacks.deliveries[-1].acknowledged)
            await process.kill()
        async with team.serving():
            await team.a_minute_passes()
            menu = await team.menu("xiaolin")
            before = "\n".join(one.content for one in team.said("xiaolin")[: team.said("xiaolin").index(menu)])
            texts = [str(text) for (text,) in team.rows("select text from draft_version")]
            assert [text for text in texts if text not in before] == []
            team.taps("xiaolin", menu)
            await team.until(lambda: team.told("xiaolin", "已批准 1-5") == 1)
            team.taps("xiaolin", menu)
            team.emulator.callbacks.again(asked)
            await answers_of(team)
            await team.until(lambda: all(one.over for one in team.emulator.callbacks.deliveries))
            await team.until(lambda: team.rows("select count(*) from send where state = 'accepted'") >= [(5,)])
        assert team.told("xiaolin", "找到 ") == 1
        assert [one.content for one in team.said("laozhou") if "@" in one.content] == []
        turns = team.rows(
            "select m.reply->>'text' from turn t join message m on m.id = t.message_id where connector = 'wecom_kf'"
        )
        wanted = sorted((QUESTION, QUESTION, DRAFT, f"{code} 里都有什么"))
        assert sorted(str(text) for (text,) in turns) == wanted
        assert team.rows("select count(*) from delivery where kind = 'answer' and state = 'delivered'") == [(0,)]
        team.no_secret_in_log((*team.app_secrets(), *team.emulator.kf.people.book.codes), said="wecom_kf")


async def answers_of(team: WeChatCompany) -> None:
    """Move the demo's clock until creators have answered; nobody is told where Daren cannot speak first."""
    for _ in range(MOST_MOVES):
        await team.forward()
        if team.rows("select count(*) from send where state = 'accepted'") >= [(5,)]:
            break
