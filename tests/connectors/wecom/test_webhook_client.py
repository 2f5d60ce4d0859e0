"""What the platform answers, and what that means for whether a message may be tried again."""

from collections.abc import Callable

import httpx
import pytest

from connectors.wecom.webhook.client import WebhookClient
from connectors.wecom.webhook.errors import failure_of
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from prompts.render import texts

Answer = Callable[[httpx.Request], httpx.Response]


async def sent(answer: Answer) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        await WebhookClient("https://wecom.test", http=http).send("k" * 20, {"msgtype": "text"})


def fails(kind: type[Exception]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise kind("lost")

    return answer


@pytest.mark.parametrize("lost", [httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError])
async def test_what_was_sent_and_not_answered_is_unclear(lost: type[Exception]) -> None:
    with pytest.raises(Unclear, match="channel_unclear"):
        await sent(fails(lost))


@pytest.mark.parametrize("refused", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_what_never_got_through_may_be_tried_again(refused: type[Exception]) -> None:
    with pytest.raises(Unavailable) as failure:
        await sent(fails(refused))
    assert (failure.value.text_key, failure.value.facts) == ("channel_unreachable", {"host": "wecom.test"})


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(500), Unclear),
        (httpx.Response(502, text="bad gateway"), Unclear),
        (httpx.Response(200, text="{broken"), Unclear),
        (httpx.Response(200, json={}), Unclear),
        (httpx.Response(200, json=[1]), Unclear),
        (httpx.Response(429), Unavailable),
        (httpx.Response(404), Refused),
        (httpx.Response(302, headers={"location": "https://elsewhere.test"}), Refused),
        (httpx.Response(200, json={"errcode": 93000, "errmsg": "invalid webhook url"}), Refused),
        (httpx.Response(200, json={"errcode": 45009}), Unavailable),
    ],
)
async def test_answers_are_refused_unavailable_or_unclear(response: httpx.Response, kind: type[AppError]) -> None:
    with pytest.raises(kind):
        await sent(lambda request: response)


async def test_success_says_nothing() -> None:
    await sent(lambda request: httpx.Response(200, json={"errcode": 0, "errmsg": "ok"}))


@pytest.mark.parametrize("code", [-1, 40008, 40058, 44004, 45002, 45009, 45033, 93000, 99999])
def test_every_code_has_words_in_both_languages_and_none_names_the_key(code: int) -> None:
    failure = failure_of(code)
    assert failure is not None
    assert texts().say(failure.text_key, "zh", **failure.facts)
    assert texts().say(failure.text_key, "en", **failure.facts)


def test_too_often_asks_for_a_minutes_rest() -> None:
    failure = failure_of(45009)
    assert isinstance(failure, Unavailable)
    assert failure.facts == {"pause_seconds": 60}
