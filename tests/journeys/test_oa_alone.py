"""The whole job over an Official Account with `daren serve` as its own processes: callbacks thrice and in disorder."""

from pathlib import Path

import pytest

from agent.settings import Settings
from connectors.wecom.oa.callbacks import ADDRESS
from evals.emulators.wecom.calling import UrlCheck
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.core.wechat import Account
from evals.emulators.wecom.oa.callbacks import AccountDelivery
from evals.emulators.wecom.oa.people import AccountPeople
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from tests.journeys.test_app_alone import plan
from tests.journeys.test_kf_alone import WECHAT, WeChatCompany, answers_of
from tests.support.companies import DRAFT, QUESTION, founded, model_of, told
from tests.support.model_endpoint import Holds, listening
from tests.support.product import make_everybody_talkative

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

SENDS = "message/custom/send"
STRANGER = "我还不认识你"


class OaCompany(WeChatCompany):
    """The team reached over the Official Account alone."""

    @property
    def account(self) -> Account:
        """The account."""
        return self.emulator.platform.wechat.account

    @property
    def people_of_account(self) -> AccountPeople:
        """The hands of its followers."""
        return self.emulator.oa.people

    def path(self, channel: ChannelId) -> str:
        """See `AppCompany.path`."""
        return ADDRESS + self.books.account_callbacks.paths.path(channel)

    async def checked(self, url: str) -> UrlCheck:
        """See `AppCompany.checked`."""
        self.account.url = url
        return await self.emulator.oa.callbacks.verify_url()

    async def set_up(self) -> None:
        """The lead saves the account on the channels page, for one brand of two."""
        account = self.account
        typed = {
            "app_id": account.appid, "app_secret": account.secret, "original_id": account.original_id,
            "token": account.token, "aes_key": account.aes_key, "mode": account.mode.value,
        }  # fmt: skip
        brand = self.people["wangwei"].scope.brand
        form = SaveChannel(of=ChannelKind.WECHAT_ACCOUNT, name="公众号", brand=brand, typed=typed)
        await self.books.desk.submit(self.people["lina"].scope, form)

    async def bind(self) -> None:
        """Who follows learns how to be let in; then one types the code, one scans it."""
        codes = {user: await self.code(self.people[member]) for user, member in WECHAT.items()}
        self.people_of_account.follows("xiaolin")
        await self.until(lambda: self.told("xiaolin", STRANGER) == 1)
        self.types("xiaolin", f"绑定 {codes['xiaolin']}")
        self.people_of_account.follows("ahua", scene=f"bind-{codes['ahua']}")
        for user in WECHAT:
            await self.until(lambda user=user: self.told(user, "绑好了") == 1)  # type: ignore[misc]  # keeps its value
            assert self.told(user, "这里我不能主动找你") == 1

    def types(self, user: str, text: str) -> None:
        """To the account."""
        self.people_of_account.says(user, text)

    def said(self, user: str) -> list[Message]:
        """What the account said to somebody, whichever way."""
        own = self.account.original_id
        return [one for one in self.emulator.platform.chats.of(private(own, user)) if one.sender == own]

    def taps(self, user: str, menu: Message) -> None:
        """The first line of a menu."""
        assert menu.card is not None
        self.people_of_account.taps(user, menu.message_id, menu.card["items"][0]["id"])

    @property
    def deliveries(self) -> list[AccountDelivery]:
        """Every callback so far."""
        return self.emulator.oa.callbacks.deliveries

    def secrets(self) -> set[str]:
        """What the account is known by, and its tokens so far."""
        assert self.emulator.oa.tokens.given
        return {self.account.secret, self.account.token, self.account.aes_key, *self.emulator.oa.tokens.given}


async def test_followers_do_the_whole_job_and_hear_everything_once(demo_settings: Settings, tmp_path: Path) -> None:
    async with listening() as endpoint, founded(OaCompany, demo_settings, tmp_path / "log") as team:
        make_everybody_talkative(team.books)
        plan(team.emulator, FaultKind.DUPLICATE_CALLBACK, endpoint="callback/oa", copies=3, times=0)
        without_model = team.environment
        team.environment = told(demo_settings.model_copy(update={"model": model_of(endpoint)}), team.emulator)
        endpoint.script = [Holds("第一次只说了一半，", "不会有人看到。")]
        async with team.serving() as process:
            await team.bind()
            team.people_of_account.follows("laozhou")
            team.types("laozhou", QUESTION)
            await team.until(lambda: team.told("laozhou", STRANGER) == 2)
            # The turn goes on after the callback was acknowledged; the process dies in it.
            team.types("xiaolin", QUESTION)
            asked = team.deliveries[-1]
            await team.until(lambda: asked.over and len(endpoint.asked) == 1)
            assert (asked.acknowledged, asked.reply) == (True, "")
            await process.kill()
        team.environment = without_model
        async with team.serving() as process:
            await team.a_minute_passes()
            team.emulator.oa.callbacks.again(asked)
            await team.until(lambda: team.told("xiaolin", "找到 ") == 1)
            team.types("ahua", QUESTION)
            await team.until(lambda: team.told("ahua", "找到 ") == 1)
            team.types("ahua", DRAFT)
            refused = await team.menu("ahua")
            team.taps("ahua", refused)
            await team.until(lambda: team.told("ahua", "审批要由审批人或负责人来做") == 1)
            ((code,),) = team.rows("select code from batch where id = (select max(id) from batch)")
            plan(team.emulator, FaultKind.REORDER_CALLBACKS, endpoint="callback/oa", times=2)
            team.types("ahua", "这个月谁卖得最好")
            team.types("xiaolin", f"{code} 里都有什么")
            team.emulator.oa.callbacks.release()
            menu = await team.menu("xiaolin")
            before = "\n".join(one.content for one in team.said("xiaolin")[: team.said("xiaolin").index(menu)])
            texts = [str(text) for (text,) in team.rows("select text from draft_version")]
            assert [text for text in texts if text not in before] == []
            team.types("xiaolin", f"批准 {code} 1-5")
            decided = team.deliveries[-1]
            await team.until(lambda: team.told("xiaolin", "已批准 1-5") == 1)
            await process.kill()
        async with team.serving():
            await team.a_minute_passes()
            for callback in (decided, asked, decided):
                team.emulator.oa.callbacks.again(callback)
            await answers_of(team)
            await team.until(lambda: all(one.over for one in team.deliveries))
            await team.until(lambda: team.rows("select count(*) from send where state = 'accepted'") >= [(5,)])
        once = [("xiaolin", "找到 "), ("ahua", "找到 "), ("xiaolin", "已批准 1-5"), ("ahua", "审批要由")]
        assert [team.told(user, words) for user, words in once] == [1, 1, 1, 1]
        assert [one.content for user in WECHAT for one in team.said(user) if "不会有人看到" in one.content] == []
        assert [one.content for one in team.said("laozhou") if STRANGER not in one.content] == []
        # Both ways were gone: words in time as the answer to the callback, the rest as messages of its own.
        assert {one.reply for one in team.deliveries} > {""}
        assert [call.errcode for call in team.emulator.platform.records.of(SENDS) if call.errcode] == []
        turns = team.rows(
            "select m.reply->>'text', t.attempt, t.state from turn t join message m on m.id = t.message_id"
            " where connector = 'wechat_account'"
        )
        again = [(QUESTION, 2), (QUESTION, 1), (DRAFT, 1), ("这个月谁卖得最好", 1), (f"{code} 里都有什么", 1)]
        wanted = [*again, (f"批准 {code} 1-5", 0)]  # decided where it was heard
        assert sorted(turns) == sorted((text, attempt, "done") for text, attempt in wanted)
        assert team.rows("select count(*) from delivery where kind = 'answer' and state = 'delivered'") == [(0,)]
        # Nothing is owed; where the crash cut the saying of the decision off, its row says that nobody knows.
        assert team.rows("select kind from delivery where state not in ('delivered', 'dropped')") in ([], [("reply",)])
        team.no_secret_in_log(team.secrets(), said="wechat_account")
