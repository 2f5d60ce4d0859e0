"""The channels page: set-up step by step, how each does, a test, and no secret on it."""

from dataclasses import replace

import httpx
import pytest

from connectors.ports.callbacks import CallbackState
from connectors.ports.queries import ChannelsView
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.deliveries import DeliveryState, PushKind
from memory.domain.delivery_views import ChannelState, Undelivered
from memory.domain.errors import BadRequest, Refused
from memory.domain.ids import BrandId, ChannelId, TenantId
from memory.domain.lines import Line, LineEnd, LineState
from memory.domain.outreach import Flag
from memory.domain.workspace import Role
from tests.support.fake_desk import FakeOffice
from tests.support.fake_office import NOW

KEY = "693a91f6-0000-4bc4-97a0-0ec2515aaaaa"
FORM = {
    "name": "运营群", "address": f"https://wecom.test/cgi-bin/webhook/send?key={KEY}", "brand": "1", "lang": "zh",
    "mentions": "lina", "active": "yes",
}  # fmt: skip
BOT_FORM = {
    "of": "wecom_bot", "name": "达人助手", "bot_id": "AIBOT1", "bot_secret": "s3cr3t-s3cr3t", "brand": "1",
    "active": "yes",
}  # fmt: skip


def channels(office: FakeOffice) -> None:
    """One channel that failed last, and one push nobody knows about."""
    setting = ChannelSetting(
        ChannelId(4), TenantId(1), ChannelKind.WECOM_WEBHOOK, "运营<b>群", BrandId(1), {"lang": "zh"}, True, office.now,
        b"sealed",
    )  # fmt: skip
    dead = Flag("webhook_key_dead", {})
    office.channels.view = ChannelsView(
        (ChannelState(setting, None, office.now, dead, pausing=False),),
        waiting=3,
        undelivered=(
            Undelivered(PushKind.ANSWER, DeliveryState.UNKNOWN, Flag("gone", {}), office.now, "运营群", office.now),
        ),
    )


async def test_an_office_without_channels_is_led_step_by_step(office: FakeOffice, client: httpx.AsyncClient) -> None:
    page = (await client.get("/channels")).text
    kinds = ("wecom_bot", "wecom_webhook", "wecom_app", "wecom_kf", "wechat_account")
    places = [page.index(f'href="/channels?add={kind}#edit"') for kind in kinds]
    assert places == sorted(places)
    assert 'action="/channels"' not in page
    page = (await client.get("/channels?add=wecom_webhook")).text
    assert page.count("<li>") >= 4
    assert "消息推送" in page
    assert 'name="address" type="password"' in page
    office.role = Role.OPERATOR
    seen = (await client.get("/channels")).text
    assert 'action="/channels"' not in seen
    assert "还没有渠道" in seen


async def test_each_channel_says_how_it_does_and_what_was_not_delivered(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    channels(office)
    page = (await client.get("/channels")).text
    assert 'class="kinds"' not in page
    assert 'class="kinds"' in (await client.get("/channels?add=")).text
    assert "运营&lt;b&gt;群" in page
    assert "最近一次出错了" in page
    assert "推送地址失效了" in page
    assert "排队等推送的：3 条" in page
    assert "不知道送没送到" in page


async def test_a_channel_is_handed_in_and_its_address_never_comes_back(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    saved = await client.post("/channels", data=FORM)
    assert saved.headers["location"] == "/channels?saved=1"
    assert office.commands == [
        SaveChannel(name="运营群", brand=BrandId(1), lang="zh", mentions="lina", typed={"address": FORM["address"]})
    ]
    assert KEY not in repr(office.commands)
    office.next_error = BadRequest("webhook_address_unreadable", field="address")
    wrong = await client.post("/channels", data=FORM)
    assert wrong.status_code == 422
    assert '<p class="wrong" id="e-address">这不是群推送的地址' in wrong.text
    assert KEY not in wrong.text
    assert 'value="运营群"' in wrong.text


async def test_a_change_leaves_the_address_empty(office: FakeOffice, client: httpx.AsyncClient) -> None:
    channels(office)
    page = (await client.get("/channels?edit=4")).text
    assert 'name="address" type="password" value=""' in page
    await client.post("/channels", data=FORM | {"id": "4", "address": "", "brand": "all", "active": "no"})
    assert office.commands == [
        SaveChannel(
            id=ChannelId(4), name="运营群", brand=None, lang="zh", mentions="lina", active=False, typed={"address": ""}
        )
    ]
    assert (await client.get("/channels?edit=99")).status_code == 404


async def test_a_test_is_sent_and_told(office: FakeOffice, client: httpx.AsyncClient) -> None:
    channels(office)
    sent = await client.post("/channels/test", data={"channel": "4"})
    assert sent.status_code == 200
    assert "banner-good" in sent.text
    assert office.commands == [TestChannel(channel=ChannelId(4))]
    office.next_error = BadRequest("channel_is_off")
    refused = await client.post("/channels/test", data={"channel": "4"})
    assert refused.status_code == 422
    assert "这个渠道停用了" in refused.text


async def test_a_bot_is_set_up_step_by_step_and_its_secret_never_comes_back(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    page = (await client.get("/channels?add=wecom_bot")).text
    assert page.count("<li>") >= 5
    assert "长连接" in page
    assert 'name="address"' not in page
    assert 'name="bot_secret" type="password"' in page
    await client.post("/channels", data=BOT_FORM)
    assert office.commands == [
        SaveChannel(
            of=ChannelKind.WECOM_BOT, name="达人助手", brand=BrandId(1), lang="zh",
            typed={"bot_id": "AIBOT1", "bot_secret": "s3cr3t-s3cr3t"},
        )
    ]  # fmt: skip
    assert "s3cr3t" not in repr(office.commands)
    office.next_error = BadRequest("bot_secret_unreadable", field="bot_secret")
    wrong = await client.post("/channels", data=BOT_FORM)
    assert '<p class="wrong" id="e-bot_secret">这不像 Secret' in wrong.text
    assert ("s3cr3t" in wrong.text, "AIBOT1" in wrong.text, 'value="wecom_bot"' in wrong.text) == (False, False, True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (None, "还没连过"),
        (Line(LineState(), silent=True), "没有进程在跑这个机器人"),
        (Line(LineState(NOW, NOW), silent=False), "已连上，自"),
        (Line(LineState(NOW, NOW), silent=False), "最近收到消息"),
        (Line(LineState(error="45009"), silent=False), "正在重连（45009）"),
        (Line(LineState(ended=LineEnd.WRONG_SECRET), silent=False), "Bot ID 或 Secret 不对"),
        (Line(LineState(ended=LineEnd.TAKEN_OVER), silent=False), "先停掉那一个"),
    ],
)
async def test_a_bot_says_how_its_connection_stands_and_what_to_do(
    office: FakeOffice, client: httpx.AsyncClient, line: Line | None, words: str
) -> None:
    setting = ChannelSetting(
        ChannelId(4), TenantId(1), ChannelKind.WECOM_BOT, "达人助手", BrandId(1), {"lang": "zh"}, True, office.now, b"x"
    )
    office.channels.view = ChannelsView((ChannelState(setting, None, None, None, pausing=False, line=line),))
    page = (await client.get("/channels")).text
    assert words in page
    edit = (await client.get("/channels?edit=4")).text
    assert 'name="bot_id" type="password" value=""' in edit


APP_FORM = {
    "of": "wecom_app", "name": "达人助手", "corp_id": "ww0123456789abcdef", "agent_id": "1000002",
    "app_secret": "s3cr3t-s3cr3t-s3cr3t", "token": "T0kenT0ken", "aes_key": "k" * 43, "brand": "1", "active": "yes",
    "plain": "yes",
}  # fmt: skip


async def test_an_app_is_set_up_step_by_step_and_its_secrets_never_come_back(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    page = (await client.get("/channels?add=wecom_app")).text
    assert page.count("<li>") >= 7
    assert "设置 API 接收" in page
    assert "DAREN_PUBLIC_URL" in page
    assert all(f'name="{name}" type="password"' in page for name in ("app_secret", "token", "aes_key"))
    await client.post("/channels", data=APP_FORM)
    typed = {name: APP_FORM[name] for name in ("corp_id", "agent_id", "app_secret", "token", "aes_key")}
    assert office.commands == [
        SaveChannel(of=ChannelKind.WECOM_APP, name="达人助手", brand=BrandId(1), lang="zh", plain=True, typed=typed)
    ]
    office.next_error = BadRequest("app_aes_key_unfit", field="aes_key")
    wrong = (await client.post("/channels", data=APP_FORM)).text
    assert '<p class="wrong" id="e-aes_key">EncodingAESKey 是 43 位' in wrong
    assert 'value="ww0123456789abcdef"' in wrong
    assert [secret for secret in ("s3cr3t", "T0ken", "k" * 43) if secret in wrong] == []


def app_row(office: FakeOffice, state: CallbackState, line: Line | None) -> None:
    """One app and how it does."""
    setting = ChannelSetting(
        ChannelId(4),
        TenantId(1),
        ChannelKind.WECOM_APP,
        "达人助手",
        BrandId(1),
        {"plain": "yes"},
        True,
        office.now,
        b"x",
    )
    row = ChannelState(setting, None, None, None, pausing=False, line=line)
    office.channels.view = ChannelsView((row,), called={ChannelId(4): state})


HELD = Line(LineState(NOW), silent=False)
ADDRESS = "https://daren.example/wecom/app/4-abc"


@pytest.mark.parametrize(
    ("state", "line", "words"),
    [
        (CallbackState(ADDRESS, NOW), HELD, "最近回调"),
        (CallbackState(ADDRESS), HELD, "还没有回调过"),
        (CallbackState(ADDRESS), HELD, f'<code id="address-4">{ADDRESS}</code>'),
        (CallbackState(None), HELD, "自建应用需要公网地址"),
        (CallbackState(ADDRESS, NOW), None, "现在没有进程在照看这个应用"),
        (CallbackState(ADDRESS, NOW), Line(LineState(NOW), silent=True), "现在没有进程在照看这个应用"),
        (CallbackState(ADDRESS, NOW, (Flag("app_wrong_token", {}),)), HELD, "收到的回调签名不对"),
        (
            CallbackState(ADDRESS, NOW, (Flag("app_address_not_allowed", {"address": "203.0.113.7"}),)), HELD,
            "加上 203.0.113.7",
        ),
    ],
)  # fmt: skip
async def test_an_app_says_how_it_is_called_and_what_to_do(
    office: FakeOffice, client: httpx.AsyncClient, state: CallbackState, line: Line | None, words: str
) -> None:
    app_row(office, state, line)
    assert words in (await client.get("/channels")).text


async def test_what_waits_stands_at_its_channel(office: FakeOffice, client: httpx.AsyncClient) -> None:
    app_row(office, CallbackState(ADDRESS, NOW, shelved=4), HELD)
    assert "有结果、等对方开口才能给的：4 人" in (await client.get("/channels")).text
    (row,) = office.channels.view.channels
    office.channels.view = ChannelsView((replace(row, waiting=2, unhandled=1),), called=office.channels.view.called)
    page = (await client.get("/channels")).text
    assert "排队等发的回答：2 条 · 收到还没处理的：1 条 · 有结果" in page
    office.channels.view = ChannelsView((row,), called={ChannelId(4): CallbackState(ADDRESS, NOW)})
    assert "没有排队的" in (await client.get("/channels")).text


async def test_an_apps_address_is_for_leads_alone(office: FakeOffice, client: httpx.AsyncClient) -> None:
    app_row(office, CallbackState(ADDRESS, NOW), HELD)
    assert 'data-copy="address-4"' in (await client.get("/channels")).text
    edit = (await client.get("/channels?edit=4")).text
    assert 'name="corp_id" type="text" value=""' in edit
    assert '<option value="yes" selected' in edit
    office.role = Role.OPERATOR
    seen = (await client.get("/channels")).text
    assert ("最近回调" in seen, ADDRESS in seen) == (True, False)


KF_FORM = {"of": "wecom_kf", "name": "客服", "brand": "all", "lang": "zh", "corp_id": "ww0123456789abcdef",
           "app_secret": "s3cr3t", "token": "T0ken", "aes_key": "k" * 43, "open_kfid": "wkABCDEF"}  # fmt: skip
OA_FORM = {"of": "wechat_account", "name": "公众号", "brand": "all", "lang": "zh", "app_id": "wx01234567",
           "app_secret": "s3cr3t", "original_id": "gh_0123", "token": "T0ken", "aes_key": "k" * 43,
           "mode": "compatible"}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "steps", "shown"), [(KF_FORM, 6, "wkABCDEF"), (OA_FORM, 6, "gh_0123")], ids=["kf", "oa"]
)
async def test_channels_of_wechat_are_set_up_step_by_step_and_their_secrets_never_come_back(
    office: FakeOffice, client: httpx.AsyncClient, form: dict[str, str], steps: int, shown: str
) -> None:
    page = (await client.get(f"/channels?add={form['of']}")).text
    assert page.count("<li>") >= steps
    assert "需要公网地址" in page
    assert (await client.post("/channels", data=form)).headers["location"] == "/channels?saved=1"
    (saved,) = office.commands
    assert isinstance(saved, SaveChannel)
    own = form.keys() - {"of", "name", "brand", "lang"}
    assert (saved.of, saved.typed) == (form["of"], {name: form[name] for name in own})
    office.next_error = BadRequest("app_aes_key_unfit", field="aes_key")
    wrong = (await client.post("/channels", data=form)).text
    assert '<p class="wrong" id="e-aes_key">' in wrong
    assert f'value="{shown}"' in wrong
    assert [secret for secret in ("s3cr3t", "T0ken", "k" * 43) if secret in wrong] == []


async def test_a_mode_alone_leaves_what_there_is(office: FakeOffice, client: httpx.AsyncClient) -> None:
    only = {name: value if name in ("of", "name", "brand", "lang", "mode") else "" for name, value in OA_FORM.items()}
    await client.post("/channels", data=only)
    (saved,) = office.commands
    assert isinstance(saved, SaveChannel)
    assert set(saved.typed.values()) == {""}


@pytest.mark.parametrize(("kind", "words"), [("wecom_kf", "照看微信客服"), ("wechat_account", "照看公众号")])
async def test_a_channel_that_cannot_push_has_no_test_and_says_how_it_is_called(
    office: FakeOffice, client: httpx.AsyncClient, kind: str, words: str
) -> None:
    setting = ChannelSetting(ChannelId(4), TenantId(1), ChannelKind(kind), "客服", None, {}, True, office.now, b"x")
    row = ChannelState(setting, None, None, None, pausing=False, line=None)
    office.channels.view = ChannelsView((row,), called={ChannelId(4): CallbackState(None)})
    page = (await client.get("/channels")).text
    assert words in page
    assert "需要公网地址" in page
    assert 'name="channel" value="4"' in page
    assert "发测试" not in page


async def test_a_channel_is_checked_on_the_page_and_what_is_wrong_is_told(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    channels(office)
    assert 'formaction="/channels/check"' in (await client.get("/channels")).text
    fine = await client.post("/channels/check", data={"channel": "4"})
    assert (fine.status_code, "检查过了，一切正常。" in fine.text) == (200, True)
    office.channels.wrong = Refused("webhook_key_dead")
    dead = await client.post("/channels/check", data={"channel": "4"})
    assert dead.status_code == 422
    assert "检查过了" not in dead.text
    assert "推送地址失效了" in dead.text
    assert office.channels.looked == [4, 4]
    office.role = Role.OPERATOR
    assert 'formaction="/channels/check"' not in (await client.get("/channels")).text
