import pytest
import typer

from agent.cli.running import EXIT_MISCONFIGURED, read_settings
from agent.settings import Settings

SOCKET = "postgresql://daren@/daren?host=/run/postgresql"


def test_a_database_behind_a_socket_needs_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAREN_DATABASE_URL", SOCKET)
    settings = read_settings()
    assert settings.database_url == SOCKET
    assert SOCKET not in repr(settings)  # it may hold a password


@pytest.mark.parametrize(
    ("lang", "said"), [("en_US.UTF-8", "This address cannot be read."), ("zh_CN.UTF-8", "这个地址读不懂")]
)
def test_a_wrong_one_is_named_in_the_terminals_language_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    monkeypatch.setenv("LC_ALL", lang)
    monkeypatch.setenv("DAREN_DATABASE_URL", "postgresql://daren:s3cr@t@db.example.com/daren")
    with pytest.raises(typer.Exit) as ended:
        read_settings()
    told = capsys.readouterr().err
    assert ended.value.exit_code == EXIT_MISCONFIGURED
    assert told.startswith("DAREN_DATABASE_URL: ")
    assert said in told
    assert "s3cr" not in told


def test_without_one_the_embedded_database_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAREN_DATABASE_URL", raising=False)
    assert Settings().database_url is None
