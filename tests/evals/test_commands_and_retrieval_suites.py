"""The commands suite and the fast cut of the retrieval suite hold their bounds."""

from evals import registry


async def test_commands_hold_every_bound() -> None:
    card = await registry.SUITES["commands"](True)
    assert [line for line in card.lines if not line.ok] == []


async def test_the_fast_cut_of_retrieval_holds_every_bound() -> None:
    card = await registry.SUITES["retrieval"](True)
    assert [line for line in card.lines if not line.ok] == []
