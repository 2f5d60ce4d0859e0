"""Nothing secret reaches a log."""

import logging

import pytest

from agent.logs import ScrubFilter, scrub


@pytest.mark.parametrize(
    "line",
    [
        "GET https://qyapi.example/cgi-bin/message/send?access_token=abcdefgh12345 200",
        "Authorization: Bearer abcdefgh12345",
        '{"api_key": "abcdefgh12345"}',
        "using sk-abcdefgh12345",
        "postgresql://daren:abcdefgh12345@localhost/daren",
        "password=abcdefgh12345",
    ],
)
def test_secrets_are_scrubbed(line: str) -> None:
    assert "abcdefgh12345" not in scrub(line)


def test_the_filter_scrubs_what_arguments_carry() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "token=%s", ("abcdefgh12345",), None)
    assert ScrubFilter().filter(record)
    assert record.getMessage() == "token=***"
