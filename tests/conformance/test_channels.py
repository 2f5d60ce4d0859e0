"""One contract, every kind of channel: how it is set up, looked at and pushed to, and how each call may end."""

import asyncio
from contextlib import suppress

import pytest

from connectors.ports.channels import Picture, Push
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.channels import PUSHING, ChannelKind
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, Refused, Unavailable, Unclear
from memory.domain.ids import DeliveryId, MemberId
from memory.domain.owed import Owed
from memory.domain.places import Place
from tests.conformance.kinds import KINDS, said
from tests.connectors.wecom.conftest import emulator
from tests.connectors.wecom.lines import after, plan
from tests.connectors.wecom.offices import CHANNEL
from tests.support.fake_painter import PNG
from tests.support.loud_logs import everything_logged

__all__ = ["emulator"]

NEWS = Push("有 2 条达人回复")
SILENT = tuple(kind for kind in ChannelKind if kind not in PUSHING)
CALLING = tuple(kind for kind in ChannelKind if kind is not ChannelKind.WECOM_BOT)  # a bot is no endpoint
TALKING = tuple(kind for kind in ChannelKind if kind is not ChannelKind.WECOM_WEBHOOK)
WITH_TOKENS = (ChannelKind.WECOM_APP, ChannelKind.WECOM_KF, ChannelKind.WECHAT_ACCOUNT)
SECRETS = ("secret", "app_secret", "token", "aes_key", "key")
CALL_FAULTS = (FaultKind.ERRCODE, FaultKind.HTTP_500, FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.BAD_JSON)
FRAME_FAULTS = (FaultKind.ACK_ERROR, FaultKind.ACK_LOST)
PUSH_FAULTS = [
    (kind, fault) for kind in PUSHING for fault in (FRAME_FAULTS if kind is ChannelKind.WECOM_BOT else CALL_FAULTS)
]


def test_every_kind_of_channel_is_put_through() -> None:
    assert set(KINDS) == set(ChannelKind)


@pytest.mark.parametrize("kind", ChannelKind)
async def test_it_says_whose_channels_it_serves_and_whether_it_speaks_first(
    emulator: Emulator, kind: ChannelKind
) -> None:
    async with KINDS[kind](emulator) as stand:
        assert stand.pusher.kind is kind
        assert stand.pusher.holds(CHANNEL) is (kind in PUSHING)
        assert (stand.pusher.per_minute > 0) is (kind in PUSHING)


@pytest.mark.parametrize("kind", ChannelKind)
async def test_what_was_typed_is_read_and_what_is_missing_is_named_at_its_field(
    emulator: Emulator, kind: ChannelKind
) -> None:
    async with KINDS[kind](emulator) as stand:
        assert stand.pusher.read(stand.typed) == dict(stand.channel.secrets)
        assert stand.pusher.read({name: f" {value} " for name, value in stand.typed.items()}) == stand.channel.secrets
        for name in stand.typed:
            for typed in ({**stand.typed, name: ""}, {**stand.typed, name: "「?」"}):
                with pytest.raises(BadRequest) as found:
                    stand.pusher.read(typed)
                assert found.value.facts["field"] == name


@pytest.mark.parametrize("kind", ChannelKind)
async def test_a_look_says_nothing_to_anybody(emulator: Emulator, kind: ChannelKind) -> None:
    async with KINDS[kind](emulator) as stand:
        await stand.pusher.look(stand.channel)
    assert said(emulator) == []


@pytest.mark.parametrize("fault", CALL_FAULTS)
@pytest.mark.parametrize("kind", CALLING)
async def test_a_look_at_what_fails_ends_in_one_of_three_ways(
    emulator: Emulator, kind: ChannelKind, fault: FaultKind
) -> None:
    async with KINDS[kind](emulator) as stand:
        plan(emulator, fault, times=0)
        looking = asyncio.create_task(stand.pusher.look(stand.channel))
        await after(emulator, 120, looking.done)
        emulator.platform.faults.clear()
        assert isinstance(looking.exception(), Unavailable | Refused | Unclear)
    assert said(emulator) == []


@pytest.mark.parametrize("kind", PUSHING)
async def test_a_push_is_said_and_repeated_as_the_channel_says(emulator: Emulator, kind: ChannelKind) -> None:
    async with KINDS[kind](emulator) as stand:
        await stand.pusher.push(stand.channel, NEWS, key="k1")
        assert [NEWS.text in text for text in said(emulator)] == [True]
        await stand.pusher.push(stand.channel, NEWS, key="k1")
        assert len(said(emulator)) == (1 if stand.pusher.knows_repeats_for else 2)
        before = len(said(emulator))
        await stand.pusher.push(stand.channel, NEWS, key="k2")
        assert len(said(emulator)) == before + 1


@pytest.mark.parametrize("kind", PUSHING)
async def test_a_picture_is_shown_and_repeated_as_the_channel_says(emulator: Emulator, kind: ChannelKind) -> None:
    push = Push("GMV 共 14 项", picture=Picture("GMV.png", PNG))
    async with KINDS[kind](emulator) as stand:
        for _ in range(2):
            await stand.pusher.push(stand.channel, push, key="k1")
        shown = [one for one in emulator.platform.chats.messages if one.msgtype == "image"]
        assert {one.data for one in shown} == {PNG}
        assert len(said(emulator)) == len(shown) == (1 if stand.pusher.knows_repeats_for else 2)
    assert emulator.platform.records.warnings == []


@pytest.mark.parametrize(("kind", "fault"), PUSH_FAULTS)
async def test_a_push_that_fails_says_whether_anything_was_accepted(
    emulator: Emulator, kind: ChannelKind, fault: FaultKind
) -> None:
    async with KINDS[kind](emulator) as stand:
        plan(emulator, fault, times=0)
        pushing = asyncio.create_task(stand.pusher.push(stand.channel, NEWS, key="k1"))
        await after(emulator, 120, pushing.done)
        emulator.platform.faults.clear()
        failure = pushing.exception()
        if failure is None:
            assert len(said(emulator)) == 1
        else:
            assert isinstance(failure, Unavailable | Refused | Unclear)
            assert len(said(emulator)) <= (1 if isinstance(failure, Unclear) else 0)


@pytest.mark.parametrize("kind", SILENT)
async def test_where_nothing_can_be_pushed_it_is_refused_and_nobody_is_called(
    emulator: Emulator, kind: ChannelKind
) -> None:
    async with KINDS[kind](emulator) as stand:
        stand.heard().says("批准 1")
        await stand.heard().settle()
        calls, before = len(emulator.platform.records.calls), said(emulator)
        with pytest.raises(Refused, match="channel_cannot_push"):
            await stand.pusher.push(stand.channel, NEWS, key="k1")
        assert (len(emulator.platform.records.calls), said(emulator)) == (calls, before)


@pytest.mark.parametrize("kind", TALKING)
async def test_one_process_may_hold_it_under_a_name_that_is_no_secret(emulator: Emulator, kind: ChannelKind) -> None:
    async with KINDS[kind](emulator) as stand:
        lines = stand.heard().lines
        name = lines.name(stand.channel)
        assert (lines.kind, lines.name(stand.wrong)) == (kind, name)
        secrets = {value for field, value in stand.channel.secrets.items() if field not in ("bot_id", "mode")}
        assert [secret for secret in secrets if secret in name] == []


@pytest.mark.parametrize("kind", TALKING)
async def test_trying_it_out_finds_a_wrong_secret_and_says_nothing(emulator: Emulator, kind: ChannelKind) -> None:
    async with KINDS[kind](emulator) as stand:
        await stand.heard().lines.try_out(stand.channel)
        with pytest.raises(Refused):
            await stand.heard().lines.try_out(stand.wrong)
    assert said(emulator) == []


@pytest.mark.parametrize("kind", TALKING)
async def test_what_a_dead_process_owed_is_said_once_to_whoever_is_still_bound(
    emulator: Emulator, kind: ChannelKind
) -> None:
    async with KINDS[kind](emulator) as stand:
        talk = stand.heard()
        talk.says("批准 1")
        await talk.settle()
        for number, (member, person) in enumerate(((1, talk.person), (2, talk.person), (1, "nobody"))):
            place = Place(channel=CHANNEL, chat=person, is_group=False, user=person)
            reply = Reply(text=f"欠着的 {number}")
            owed = Owed(DeliveryId(number), place, f"owed-{number}", MemberId(member), reply=reply)
            stand.house.owed.append(owed)
        for _ in range(2):
            for _ in range(3):
                await talk.line.catch_up()
            await talk.settle()
        assert [text.splitlines()[-1] for text in said(emulator) if "欠着的" in text] == ["欠着的 0"]
        assert {owed.id for owed in stand.house.dropped} == {1, 2}


@pytest.mark.parametrize("kind", ChannelKind)
async def test_no_log_holds_a_secret_a_token_or_a_word_however_much_is_logged(
    emulator: Emulator, kind: ChannelKind, capsys: pytest.CaptureFixture[str]
) -> None:
    with everything_logged() as written:
        async with KINDS[kind](emulator) as stand:
            if stand.talk is not None:
                stand.talk.says("批准 1")
                await stand.talk.settle()
            for channel in (stand.channel, stand.wrong):
                for call in (stand.pusher.look(channel), stand.pusher.push(channel, NEWS, key="k1")):
                    with suppress(Refused):
                        await call
            plan(emulator, FaultKind.HTTP_500, times=0)
            with suppress(Unavailable, Refused, Unclear):
                await stand.pusher.look(stand.channel)
    logged = written.getvalue() + "".join(capsys.readouterr())
    assert "127.0.0.1" in logged
    secrets = {value for row in (stand.channel, stand.wrong) for name, value in row.secrets.items() if name in SECRETS}
    tokens = {*emulator.platform.tokens.given, *emulator.oa.tokens.given}
    assert [secret[:6] for secret in (*secrets, *tokens) if secret in logged] == []
    assert len(secrets) >= 2
    assert bool(tokens) is (kind in WITH_TOKENS)
    assert NEWS.text not in logged
