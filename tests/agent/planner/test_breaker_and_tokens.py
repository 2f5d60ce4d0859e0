"""The parts of the model door that need no model."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.planner.breaker import Breaker
from agent.planner.model import parse_object
from agent.planner.tokens import count, unpack_vocabulary

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_three_failures_rest_the_endpoint_and_one_try_is_let_through_per_rest() -> None:
    breaker = Breaker()
    for _ in range(3):
        assert breaker.allows(NOW)
        breaker.failed(NOW)
    assert not breaker.allows(NOW + timedelta(seconds=29))
    assert breaker.allows(NOW + timedelta(seconds=30))
    assert not breaker.allows(NOW + timedelta(seconds=31))


def test_a_success_closes_the_breaker() -> None:
    breaker = Breaker(threshold=1)
    breaker.failed(NOW)
    breaker.succeeded()
    assert breaker.allows(NOW)


def test_tokens_are_counted_without_a_network(tmp_path: Path) -> None:
    unpack_vocabulary(tmp_path)
    assert 2 <= count("hello world") <= 5
    assert count("你好" * 100) > 50


def test_an_object_is_found_in_a_fence_and_nothing_in_prose() -> None:
    assert parse_object('```json\n{"a": 1}\n```') == {"a": 1}
    assert parse_object("no object") is None
    assert parse_object("{broken") is None
