"""What rules find in a creator's message."""

from datetime import date

import pytest

from memory.domain.money import Money
from memory.domain.outreach import Intent
from tools.replies.reading import read_reply

NOW = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop messaging me",
        "Please stop.",
        "Unsubscribe",
        "unsubscribe me pls",
        "don't message me again",
        "dont contact me anymore",
        "Do not text me.",
        "never contact me again",
        "please remove me",
        "Remove my info from your list",
        "take me off this list",
        "leave me alone",
        "I don't want to receive any more messages from you",
        "opt out",
        "This is spam.",
        "quit emailing me",
        "I’d like no more DMs please, opting out",
        "no me escribas más",
        "No me escriban más por favor",
        "deja de escribirme",
        "no quiero recibir más mensajes",
        "bórrame de tu lista",
        "elimínenme de la base",
        "dejen de mandarme mensajes",
        "Bitte keine Nachrichten mehr",
        "Schreib mir nicht mehr",
        "Hören Sie auf",
        "Ne m'écrivez plus",
        "Désabonnez-moi",
        "Não me mande mais mensagens",
        "Non scrivetemi più",
        "もう連絡しないでください",
        "别再给我发消息了",
        "请不要再联系我",
        "退订",
    ],
)
def test_an_opt_out_is_never_missed(text: str) -> None:
    assert read_reply(text, now=NOW).intent is Intent.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        "I can't stop loving it!",
        "my cat won't stop playing with it",
        "Non-stop fun",
        "I never stop posting",
        "Don't hesitate to message me",
        "Sorry, I didn't get your message",
        "I don't check my emails often, DM is better",
        "It stops the smell, love it",
        "stopped by to say yes!",
        "No dudes en escribirme",
        "no me llegó el mensaje",
        "没收到消息",
    ],
)
def test_a_harmless_stop_is_no_opt_out(text: str) -> None:
    assert read_reply(text, now=NOW).intent is not Intent.OPT_OUT


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Sounds fun, count me in!", Intent.INTERESTED),
        ("¡Sí, me interesa!", Intent.INTERESTED),
        ("What's your budget for two videos?", Intent.PRICE),
        ("My rate is $250 per video", Intent.PRICE),
        ("¿Cuánto pagan por video?", Intent.PRICE),
        ("Could you send me a sample first?", Intent.SAMPLE),
        ("¿Me envían una muestra?", Intent.SAMPLE),
        ("Ship to 12 Maple Street, Apt 4, Austin TX 78701", Intent.ADDRESS),
        ("Mi dirección es Calle Luna 12, Madrid", Intent.ADDRESS),
        ("Does it work with two cats?", Intent.QUESTION),
        ("No thanks, not a good fit for me", Intent.DECLINE),
        ("No me interesa, gracias", Intent.DECLINE),
        ("Nein danke, kein Interesse", Intent.DECLINE),
        ("Non merci", Intent.DECLINE),
        ("不感兴趣，谢谢", Intent.DECLINE),
        ("🙂", Intent.OTHER),
        ("", Intent.OTHER),
    ],
)
def test_intents(text: str, intent: Intent) -> None:
    assert read_reply(text, now=NOW).intent is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Is my address safe with you?", Intent.QUESTION),
        ("Ship to 12 Elm Street? Yes, 12 Elm Street, Reno NV 89501", Intent.ADDRESS),
        ("Stop sending samples to 12 Elm Street, Reno NV 89501. I never asked.", Intent.OPT_OUT),
        ("Please don't send me a sample, I won't have time to film it.", Intent.DECLINE),
        ("Is 15% doable?", Intent.PRICE),
        ("下次有机会再合作", Intent.DECLINE),
        ("先别发货，我换个地址", Intent.OTHER),
        ("再发就举报了", Intent.OPT_OUT),
        ("纯佣不接，报价500美金一条", Intent.PRICE),
        ("👎", Intent.DECLINE),
    ],
)
def test_near_misses(text: str, intent: Intent) -> None:
    assert read_reply(text, now=NOW).intent is intent


def test_everything_in_one_message_is_quoted() -> None:
    text = "Hi! I charge $250 per video. Could you do 20%? I can post on March 5 or next Monday."
    gist = read_reply(text, now=NOW)
    assert (gist.intent, gist.amounts, gist.percentages_bp) == (Intent.PRICE, (Money(25_000),), (2000,))
    assert gist.dates == (date(2027, 3, 5), date(2026, 11, 23))
    assert gist.questions == ("Could you do 20%?",)
    assert gist.quotes
    assert all(quote.rstrip("…") in " ".join(text.split()) for quote in gist.quotes)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("by 12/05", date(2026, 12, 5)),
        ("25/12", date(2026, 12, 25)),
        ("1/3/2027", date(2027, 1, 3)),
        ("5 de marzo", date(2027, 3, 5)),
    ],
)
def test_dates_are_the_next_ones(text: str, day: date) -> None:
    assert read_reply(text, now=NOW).dates == (day,)


@pytest.mark.parametrize("text", ["31/31", "February 30", "24/7"])
def test_impossible_dates_are_none(text: str) -> None:
    assert read_reply(text, now=NOW).dates == ()


def test_confidence_falls_when_a_message_says_several_things() -> None:
    plain = read_reply("My rate is $250", now=NOW).confidence
    mixed = read_reply("My rate is $250, and could you send me a sample?", now=NOW).confidence
    assert 40 <= mixed < plain <= 100


def test_a_message_of_a_megabyte_is_read_quickly() -> None:
    assert read_reply("stop " * 200_000, now=NOW).intent is Intent.OPT_OUT
