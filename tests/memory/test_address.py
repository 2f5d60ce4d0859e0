from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from memory.address import problem_with, sqlalchemy_url
from tests.support.database import opened

GOOD = (
    "postgresql://daren@/daren?host=/run/postgresql",
    "postgresql:///daren",
    "postgresql://",
    "postgres://daren:p%40ss%2Fword@db.example.com:5433/daren?sslmode=require",
    "postgresql://%2Frun%2Fpostgresql/daren",
    "postgresql://daren@db1.example.com:5432,db2.example.com:5433/daren?target_session_attrs=read-write",
    "postgresql://daren@[::1]:5432/daren",
)


@pytest.mark.parametrize("url", GOOD)
def test_whatever_libpq_takes_reaches_the_driver_unchanged(url: str) -> None:
    assert problem_with(url) is None
    given: dict[str, Any]
    _, given = PGDialect_psycopg().create_connect_args(make_url(sqlalchemy_url(url)))  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    assert {name: str(value) for name, value in given.items()} == conninfo_to_dict(url)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "database_url_scheme"),
        ("mysql://daren@db.example.com/daren", "database_url_scheme"),
        ("host=/run/postgresql dbname=daren", "database_url_scheme"),
        ("postgresql+psycopg://daren@db.example.com/daren", "database_url_scheme"),
        ("postgresql://daren@db.example.com:abc/daren", "database_url_port"),
        ("postgresql://daren@db.example.com:70000/daren", "database_url_port"),
        ("postgresql://daren:p@ss@db.example.com/daren", "database_url_unreadable"),
        ("postgresql://daren@[::1/daren", "database_url_unreadable"),
        ("postgresql://daren@db.example.com/daren?colour=red", "database_url_unreadable"),
        ("postgresql://daren:100%@db.example.com/daren", "database_url_unreadable"),
    ],
)
def test_what_it_does_not_take_is_named_before_anything_connects(url: str, problem: str) -> None:
    assert problem_with(url) == problem


async def test_a_database_behind_a_socket_is_reached_without_a_host(database_url: str) -> None:
    assert "@/" in database_url
    assert "host=" in database_url
    async with opened(database_url) as database:
        assert not await database.needs_migration()
