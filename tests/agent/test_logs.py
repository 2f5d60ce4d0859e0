"""Nothing secret reaches a log."""

import logging

import pytest

from agent.logs import ScrubFilter, scrub


@pytest.mark.parametrize(
    "line",
    [
        "GET https://qyapi.example/cgi-bin/message/send?access_token=abcdefgh12345 200",
        "GET https://qyapi.example/cgi-bin/gettoken?corpid=ww01&corpsecret=abcdefgh12345 200",
        "{'ResponseCode': 'abcdefgh12345'}",
        "<ResponseCode><![CDATA[abcdefgh12345]]></ResponseCode>",
        "AppSettings(app_secret='abcdefgh12345')",
        "Authorization: Bearer abcdefgh12345",
        '{"api_key": "abcdefgh12345"}',
        "using sk-abcdefgh12345",
        "postgresql://daren:abcdefgh12345@localhost/daren",
        "password=abcdefgh12345",
        "POST https://qyapi.example/cgi-bin/webhook/send?key=abcdefgh12345 200",
        "GET https://qyapi.example/cgi-bin/webhook/upload_media?type=file&key=abcdefgh12345",
        "{'corpsecret': 'abcdefgh12345'}",
        "EncodingAESKey=abcdefgh12345",
        "encoding_aes_key: abcdefgh12345",
        "DAREN_SECRET_KEY=abcdefgh12345",
        '{"response_code": "abcdefgh12345"}',
        "{'response_url': 'https://qyapi.example/aibot/response?code=abcdefgh12345'}",
        "GET https://auth.example/api/v2/token/get?app_key=k&app_secret=abcdefgh12345&grant_type=authorized_code 200",
        "GET https://auth.example/api/v2/token/get?app_key=k&auth_code=abcdefgh12345&grant_type=authorized_code 200",
        "POST https://api.example/x?shop_cipher=abcdefgh12345&sign=0 200",
        "{'refresh_token': 'abcdefgh12345', 'x-tts-access-token': 'abcdefgh12345'}",
    ],
)
def test_secrets_are_scrubbed(line: str) -> None:
    assert "abcdefgh12345" not in scrub(line)


def test_a_webhooks_key_is_scrubbed_wherever_it_is_called_a_key_and_other_keys_are_not() -> None:
    uuid = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa".replace("x", "c").replace("s", "5").replace("i", "1")
    assert scrub(f"{{'key': '{uuid}'}}") == "{'key': '***'}"
    assert scrub("key=outreach.done count=3") == "key=outreach.done count=3"


def test_the_filter_scrubs_what_arguments_carry() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "token=%s", ("abcdefgh12345",), None)
    assert ScrubFilter().filter(record)
    assert record.getMessage() == "token=***"
