"""The turn benchmark: both sides answer, through the same tool, and everything is measured."""

from evals.benchmarks import turn


async def test_both_sides_answer_rightly_and_the_worker_ends_every_turn(database_url: str) -> None:
    card = await turn.run(rounds=3, url=database_url)
    lines = {line.metric: line for line in card.lines}
    assert (lines["rounds"].value, lines["wrong answers"].value) == ("3", "0")
    assert {"turn / prebuilt agent", "first event, p95", "prebuilt agent's saver"} <= lines.keys()
