"""The platform's core: time, tokens, errors, faults, records."""

import asyncio
from random import Random

import httpx
import pytest

from evals.emulators.clock import Clock
from evals.emulators.limits import MINUTE, Limits, Rate
from evals.emulators.wecom.core.errors import TEXTS, Errcode
from evals.emulators.wecom.core.faults import CALLS, Fault, FaultKind, Faults
from evals.emulators.wecom.core.media import LEAST_BYTES
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import Emulator, running
from tests.evals.emulators.wecom.products import caller


async def test_time_stands_still_until_it_is_moved_and_wakes_sleepers_in_order() -> None:
    clock = Clock(1_000.0)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.wait(seconds)
        woken.append((name, clock.now))

    tasks = [asyncio.create_task(sleeper(*one)) for one in (("late", 9.0), ("early", 3.0), ("later", 99.0))]
    await clock.advance(0)
    assert woken == []
    await clock.advance(10)
    assert woken == [("early", 1_003.0), ("late", 1_009.0)]
    assert clock.now == 1_010.0
    tasks[2].cancel()
    await clock.advance(100)
    assert len(woken) == 2


async def test_two_who_move_time_at_once_never_move_it_back() -> None:
    clock = Clock(1_000.0)
    seen: list[float] = []

    async def look() -> None:
        for seconds in (1, 100, 200):
            await clock.wait(seconds)
            seen.append(clock.now)

    looking = asyncio.create_task(look())
    await asyncio.gather(clock.advance(2), clock.advance(400), clock.advance(1))
    assert (clock.now, seen) == (1_403.0, [1_001.0, 1_101.0, 1_301.0])
    await looking


def test_one_seed_makes_one_corp() -> None:
    secrets = [[app.secret for app in Platform(seed=seed).corp.apps.values()] for seed in (1, 1, 2)]
    assert secrets[0] == secrets[1] != secrets[2]


def test_a_rate_counts_what_it_let_pass_within_its_window() -> None:
    clock = Clock()
    limits = Limits(clock)
    assert [limits.take(("k",), Rate(2, MINUTE)) for _ in range(4)] == [True, True, False, False]
    clock.now += MINUTE
    assert limits.take(("k",), Rate(2, MINUTE))
    assert limits.take(("other",), Rate(1, MINUTE))


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault(kind=FaultKind.HTTP_500, times=2), [1, 2]),
        (Fault(kind=FaultKind.HTTP_500, times=0), [1, 2, 3, 4, 5, 6]),
        (Fault(kind=FaultKind.HTTP_500, calls=(2, 5)), [2, 5]),
        (Fault(kind=FaultKind.HTTP_500, endpoint="message/*"), [1]),
        (Fault(kind=FaultKind.HTTP_500, endpoint="webhook/*"), []),
        (Fault(kind=FaultKind.WS_CLOSE), []),
    ],
)
def test_a_fault_strikes_by_endpoint_number_and_times(fault: Fault, struck: list[int]) -> None:
    faults = Faults(Random(1))
    faults.add(fault)
    assert [number for number in range(1, 7) if faults.due("message/send", CALLS)] == struck


def test_chance_repeats_itself_with_its_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = Faults(Random(seed))
        faults.add(Fault(kind=FaultKind.HTTP_500, times=0, probability=0.3))
        return [bool(faults.due("gettoken", CALLS)) for _ in range(100)]

    assert drawn(4) == drawn(4) != drawn(5)
    assert 15 <= sum(drawn(4)) <= 45


async def test_a_token_stays_the_same_until_it_expires_and_dies_a_little_later(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        first = client.token
        await emulator.platform.clock.advance(7_199)
        assert (await client.gettoken())["expires_in"] == 1
        assert client.token == first
        await emulator.platform.clock.advance(30)
        second = await client.gettoken()
        assert second["access_token"] != first
        client.token = first
        assert (await client.send())["errcode"] == 0
        await emulator.platform.clock.advance(60)
        assert (await client.send())["errcode"] == Errcode.TOKEN_EXPIRED


async def test_wrong_credentials_are_told_apart(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        assert (await client.gettoken(secret="nonsense"))["errcode"] == Errcode.BAD_SECRET
        assert (await client.gettoken(corpid="wwnonsense"))["errcode"] == Errcode.BAD_CORPID
        client.token = ""
        assert (await client.send())["errcode"] == Errcode.NO_TOKEN
        client.token = "nonsense"
        assert (await client.send())["errcode"] == Errcode.BAD_TOKEN


async def test_asking_for_tokens_again_and_again_is_throttled(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        codes = [(await client.gettoken())["errcode"] for _ in range(60)]
    assert codes == [0] * 59 + [Errcode.TOO_FREQUENT]


async def test_every_call_is_recorded_without_its_secrets(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        await client.send()
        await client.post("webhook/send", {"msgtype": "text"}, key="nobody-knows")
    token, sent, hook = emulator.platform.records.calls
    assert [call.endpoint for call in (token, sent, hook)] == ["gettoken", "message/send", "webhook/send"]
    assert (sent.errcode, hook.errcode) == (0, Errcode.WEBHOOK_KEY)
    everything = repr(emulator.platform.records.calls)
    (app,) = emulator.platform.corp.apps.values()
    assert "日报" in everything
    assert not any(secret in everything for secret in (app.secret, client.token, "nobody-knows"))


async def test_unknown_paths_fields_and_escapes_are_seen(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        assert (await client.raw("message/shout", {})).status_code == 404
        await client.send({"msgtype": "text", "text": {"content": "日报", "colour": "red"}})
        escaped = b'{"touser":"lina","agentid":1000002,"msgtype":"text","text":{"content":"\\u65e5"}}'
        answer = await client.http.post(f"/cgi-bin/message/send?access_token={client.token}", content=escaped)
        allowed = escaped.replace(b"\\u65e5", b"a\\\\u65e5\\u0007")
        fine = await client.http.post(f"/cgi-bin/message/send?access_token={client.token}", content=allowed)
    assert answer.json()["errcode"] == Errcode.BAD_CHARSET
    assert fine.json()["errcode"] == 0
    assert "message/send: unknown field text.colour" in emulator.platform.records.warnings


async def test_a_strict_platform_refuses_unknown_fields() -> None:
    async with running(Platform(rules=Rules(strict=True))) as emulator, caller(emulator) as client:
        answer = await client.send({"msgtype": "text", "text": {"content": "日报"}, "colour": "red"})
    assert answer["errcode"] == Errcode.BAD_PARAMETER
    assert "colour" in answer["errmsg"]


async def test_an_address_that_is_not_listed_is_told_which_one_it_is(emulator: Emulator) -> None:
    (app,) = emulator.platform.corp.apps.values()
    app.trusted_ips = ("203.0.113.9",)
    async with caller(emulator) as client:
        answer = await client.send()
        app.trusted_ips = ("127.0.0.1",)
        assert (await client.send())["errcode"] == 0
    assert answer["errcode"] == Errcode.IP_NOT_ALLOWED
    assert "127.0.0.1" in answer["errmsg"]


async def test_media_lives_three_days_and_is_what_it_says(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        query = {"access_token": client.token, "type": "image"}

        async def upload(content: bytes, kind: str = "image") -> httpx.Response:
            files = {"media": ("图.png", content)}
            return await client.http.post("/cgi-bin/media/upload", params=query | {"type": kind}, files=files)

        good = (await upload(b"\x89PNG\r\n\x1a\n" + b"x" * 100)).json()
        assert (await upload(b"\x89PNG"[:LEAST_BYTES])).json()["errcode"] == Errcode.BAD_FILE_SIZE
        assert (await upload(b"not a picture")).json()["errcode"] == Errcode.BAD_MEDIA_TYPE
        assert (await upload(b"not a picture", "sculpture")).json()["errcode"] == Errcode.BAD_TYPE
        got = await client.http.get(
            "/cgi-bin/media/get", params={"access_token": client.token, "media_id": good["media_id"]}
        )
        assert got.content.startswith(b"\x89PNG")
        sent = await client.send({"msgtype": "image", "image": {"media_id": good["media_id"]}})
        assert sent["errcode"] == 0
        await emulator.platform.clock.advance(3 * 86_400 + 1)
        await client.gettoken()
        late = await client.send({"msgtype": "image", "image": {"media_id": good["media_id"]}})
    assert late["errcode"] == Errcode.BAD_MEDIA_ID


def test_every_code_the_emulator_gives_has_its_text() -> None:
    assert set(TEXTS) == set(Errcode)
