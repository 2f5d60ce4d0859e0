"""The drafts and replies suites hold their bounds."""

from evals.suites import drafts, replies
from tools.drafting.composing import TEMPLATE_LANGUAGES


async def test_drafts_hold_every_bound() -> None:
    card = await drafts.run()
    assert [line for line in card.lines if not line.ok] == []


async def test_replies_hold_every_bound() -> None:
    card = await replies.run()
    assert [line for line in card.lines if not line.ok] == []


def test_every_key_planted_is_distinctly_covered() -> None:
    keys = {case.key for case in drafts.planted()}
    assert {"ungrounded_number", "numbers_differ", "wrong_name", "compliance_health_claim", None} <= keys


def test_no_message_held_out_is_known_and_every_draft_language_is_in_both() -> None:
    known, held = replies.cases(), replies.held_out()
    assert {case.text for case in known}.isdisjoint(case.text for case in held)
    for some in (known, held):
        assert len({case.id for case in some}) == len(some)
        assert set(TEMPLATE_LANGUAGES) <= {case.lang for case in some}
