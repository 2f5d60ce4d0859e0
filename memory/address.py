"""The address of a PostgreSQL of yours: any libpq URL, checked before anything connects, and as SQLAlchemy wants it."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

SCHEMES = ("postgresql://", "postgres://")


def problem_with(url: str) -> str | None:
    """The key of what is wrong with an address; None when libpq can use it. Never quotes it: it holds a password.

    A host may be absent (libpq's default socket), a folder (`?host=/run/postgresql`) or several.
    Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS, read 2026-11-28.
    """
    if not url.startswith(SCHEMES):
        return "database_url_scheme"
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        return "database_url_unreadable"
    if not all(port.isdecimal() and 0 < int(port) < 65_536 for port in str(parts.get("port") or "5432").split(",")):
        return "database_url_port"
    # libpq reads a password with a bare @ as far as the first one, and takes the rest for a host.
    return "database_url_unreadable" if "@" in str(parts.get("host") or "") else None


def sqlalchemy_url(url: str) -> str:
    """A libpq URL as SQLAlchemy wants it, password included. Its own reader knows neither sockets nor several hosts."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    return URL.create(
        "postgresql+psycopg",
        username=parts.pop("user", None),
        password=parts.pop("password", None),
        database=parts.pop("dbname", None),
        query=parts,
    ).render_as_string(hide_password=False)
