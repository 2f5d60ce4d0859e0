"""The envelope against published vectors, and the properties that vectors do not show."""

import base64

import pytest

from connectors.wecom import xml
from connectors.wecom.crypto import Envelope, decrypted, key_of
from memory.domain.errors import BadRequest, Refused

OLD = Envelope("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
NEW = Envelope("hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt", "ww1436e0e65a779aee")
ACCOUNT = Envelope("spamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx2c2769f8efd9abc2")
FIXED = b"aaaabbbbccccdddd"
TEXT = Envelope("t", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6")

B = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
D = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXp"
    "bUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlp"
    "Kn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD"
    "1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
F = (
    "Kl7kjoSf6DMD1zh7rtrHjFaDapSCkaOnwu3bqLc5tAybhhMl9pFeK8NslNPVdMwmBQTNoW4mY7AIjeLvEl3NyeTkAgGzBhzTtRLNshw2AEew+kkY"
    "cD+Fq72Kt00fT0WnN87hGrW8SqGc+NcT3mu87Ha3dz1pSDi6GaUA6A0sqfde0VJPQbZ9U+3JWcoD4Z5jaU0y9GSh010wsHF8KZD24YhmZH4ch4Ka"
    "7ilEbjbfvhKkNL65HHL0J6EYJIZUC2pFrdkJ7MhmEbU2qARR4iQHE7wy24qy0cRX3Mfp6iELcDNfSsPGjUQVDGxQDCWjayJOpcwocugux082f49H"
    "KYg84EpHSGXAyh+/oxwaWbvL6aSDPOYuPDGOCI8jmnKiypE+"
)


@pytest.mark.parametrize(
    ("envelope", "signature", "timestamp", "nonce", "echo", "plain"),
    [
        (
            OLD, "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            "1616140317555161061",
        ),
        (
            NEW, "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb", "1476416373", "47744683",
            "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA==",
            "1288432023552776189",
        ),
    ],
    ids=["A", "E"],
)  # fmt: skip
def test_the_check_of_an_address_opens(
    envelope: Envelope, signature: str, timestamp: str, nonce: str, echo: str, plain: str
) -> None:
    assert envelope.open(signature, timestamp, nonce, echo) == plain


@pytest.mark.parametrize(
    ("envelope", "signature", "timestamp", "nonce", "encrypted", "fields"),
    [
        (
            OLD, "477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", B,
            {"ToUserName": "wx5823bf96d3bd56c7", "FromUserName": "mycreate", "CreateTime": "1409659813",
             "MsgType": "text", "Content": "hello", "MsgId": "4561255354251345929", "AgentID": "218"},
        ),
        (
            ACCOUNT, "5d197aaffba7e9b25a30732f161a50dee96bd5fa", "1409735669", "1320562132", D,
            {"ToUserName": "gh_10f6c3c3ac5a", "FromUserName": "oyORnuP8q7ou2gfYjqLzSIWZf0rs",
             "CreateTime": "1409735668", "MsgType": "text", "Content": "abcdteT", "MsgId": "6054768590064713728"},
        ),
        (
            NEW, "0c3914025cb4b4d68103f6bfc8db550f79dcf48e", "1476422779", "1597212914", F,
            {"FromUserName": "ChenJiaShun", "MsgType": "text", "Content": "你好", "MsgId": "1456453720",
             "AgentID": "1000002"},
        ),
    ],
    ids=["B", "D", "F"],
)  # fmt: skip
def test_a_message_opens_and_reads(
    envelope: Envelope, signature: str, timestamp: str, nonce: str, encrypted: str, fields: dict[str, str]
) -> None:
    document = xml.read(envelope.open(signature, timestamp, nonce, encrypted))
    assert {name: document.text(name) for name in fields} == fields


def test_what_is_sealed_is_the_published_ciphertext() -> None:
    sealed = TEXT.seal("我是中文abcd123", random16=FIXED)
    assert sealed == "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="


def test_a_bots_envelope_has_no_receiver() -> None:
    bot = Envelope("aibottoken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "")
    said = '{"msgtype":"stream","stream":{"id":"s1","finish":false,"content":"查询中…"}}'
    sealed = bot.seal(said, random16=FIXED)
    assert sealed == (
        "jn1L23DB+6ELqJ+6bruv2zq+Ll3pM7DLiiYvnH/w8miYjBBhG1y8OUPPxHY83FxUyDw1hDHt9DnGZ9aV5qv7hGj9thxLZ3ilxJEj45J5/WYgPsUq"
        "/2pDE/j9gegBQneBCNpSVOM6Xr65VMXea3rNGiVpKj8/sll0vLOaM1OKG30="
    )
    assert bot.sign("1700000000", "nonce123", sealed) == "7f83db6054412b3799eb5afc9e7a1b602591dae0"


def test_a_bots_file_opens() -> None:
    sealed = base64.b64decode("JdwOM2rIQlcp0DPsNAd0wjaZ0vax6rqvLd1tzbBXSUU=")
    assert decrypted(key_of(TEXT.aes_key), sealed) == b"PNGDATA-0123456789"


@pytest.mark.parametrize("length", range(66))
def test_every_length_comes_back_and_what_is_aligned_gains_a_block(length: int) -> None:
    text = "x" * length
    sealed = TEXT.seal(text, random16=FIXED)
    plain = 16 + 4 + length + len(TEXT.receiver)
    assert len(base64.b64decode(sealed)) == plain // 32 * 32 + 32
    assert TEXT.open(TEXT.sign("1", "n", sealed), "1", "n", sealed) == text


@pytest.mark.parametrize("where", ["signature", "timestamp", "nonce", "encrypted"])
def test_no_bit_may_be_another(where: str) -> None:
    sealed = TEXT.seal("批准 K7", random16=FIXED)
    given = {"signature": TEXT.sign("1700000000", "77", sealed), "timestamp": "1700000000", "nonce": "77",
             "encrypted": sealed}  # fmt: skip
    for place in range(len(given[where])):
        text = given[where]
        spoilt = {**given, where: text[:place] + ("0" if text[place] == "1" else "1") + text[place + 1 :]}
        if spoilt == given:
            continue
        with pytest.raises(Refused) as refused:
            TEXT.open(**spoilt)
        assert refused.value.text_key == "app_wrong_token"


def test_a_spoilt_envelope_never_reads_as_it_was_even_when_it_is_signed_anew() -> None:
    said = "给前5个写邀约，佣金18%"
    raw = base64.b64decode(TEXT.seal(said, random16=FIXED))
    refusals = []
    for bit in range(len(raw) * 8):
        spoilt = bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(raw))
        sealed = base64.b64encode(spoilt).decode()
        try:
            assert TEXT.open(TEXT.sign("1", "n", sealed), "1", "n", sealed) != said
        except Refused as failure:
            refusals.append(failure.text_key)
    assert set(refusals) == {"app_wrong_aes_key", "app_wrong_corp"}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Envelope(TEXT.token, TEXT.aes_key, "wwffffffffffffffff"), "app_wrong_corp"),
        (Envelope(TEXT.token, NEW.aes_key, TEXT.receiver), "app_wrong_aes_key"),
        (Envelope("another", TEXT.aes_key, TEXT.receiver), "app_wrong_token"),
    ],
)
def test_what_is_for_somebody_else_is_refused(other: Envelope, why: str) -> None:
    sealed = TEXT.seal("hello", random16=FIXED)
    with pytest.raises(Refused) as refused:
        other.open(TEXT.sign("1", "n", sealed), "1", "n", sealed)
    assert refused.value.text_key == why


@pytest.mark.parametrize("sealed", ["", "=", "AAAA", "A" * 43 + " ", "YWJj", base64.b64encode(bytes(64)).decode()])
def test_what_is_no_envelope_is_refused(sealed: str) -> None:
    with pytest.raises(Refused, match="app_wrong_aes_key"):
        TEXT.open(TEXT.sign("1", "n", sealed), "1", "n", sealed)


@pytest.mark.parametrize("aes_key", ["", "short", "a" * 42, "a" * 44, "!" * 43])
def test_a_key_that_is_none_is_told_at_once(aes_key: str) -> None:
    with pytest.raises(Refused, match="app_aes_key_unfit"):
        Envelope("t", aes_key, "ww")


def test_nothing_secret_shows() -> None:
    assert TEXT.aes_key not in repr(TEXT)
    assert OLD.token not in repr(OLD)


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><xml>&a;</xml>',
        "<!-- <![CDATA[ --><!DOCTYPE x [<!ENTITY a 'ha'>]><xml>&a;]]></xml>",
        "<xml>&a;</xml>",
        "<xml>",
        "<other/>",
        "",
        "\x00",
    ],
)
def test_no_document_type_and_no_broken_document_is_read(body: str) -> None:
    with pytest.raises(BadRequest, match="wecom_xml_unreadable"):
        xml.read(body)


def test_what_people_type_may_look_like_one() -> None:
    said = "<!DOCTYPE x> ]]]]><![CDATA[> <b>"
    assert xml.read(f"<xml><Content><![CDATA[{said}]]></Content></xml>").text("Content") == "<!DOCTYPE x> ]]> <b>"
