"""The drafts and replies suites hold their bounds."""

from evals.suites import drafts, replies


async def test_drafts_hold_every_bound() -> None:
    card = await drafts.run()
    assert [line for line in card.lines if not line.ok] == []


async def test_replies_hold_every_bound() -> None:
    card = await replies.run()
    assert [line for line in card.lines if not line.ok] == []


def test_every_key_planted_is_distinctly_covered() -> None:
    keys = {case.key for case in drafts.planted()}
    assert {"ungrounded_number", "numbers_differ", "wrong_name", "compliance_health_claim", None} <= keys
