"""The drafts and replies suites hold their bounds."""

import json
from typing import Any

from pydantic import SecretStr

from agent.settings import ModelSettings
from evals import registry
from evals.suites import drafts, replies
from memory.domain.outreach import Intent
from tests.support.model_endpoint import KEY, listening
from tools.drafting.composing import TEMPLATE_LANGUAGES
from tools.replies.reading import read_reply


async def test_drafts_hold_every_bound() -> None:
    card = await drafts.run()
    assert [line for line in card.lines if not line.ok] == []


async def test_replies_hold_every_bound() -> None:
    card = await replies.run()
    assert [line for line in card.lines if not line.ok] == []


async def test_replies_are_read_by_a_model_over_its_api_and_by_rules_where_it_gives_nothing_of_use() -> None:
    every = [*replies.cases(), *replies.held_out()]
    right = {case.text: case.intent for case in every}

    def knows(request: dict[str, Any]) -> str:
        said = request["messages"][-1]["content"].removeprefix("<data>\n").removesuffix("\n</data>")
        return json.dumps({"intent": right.get(said, "of_no_list"), "confidence": 80})

    async with listening() as endpoint:
        endpoint.otherwise = knows
        settings = ModelSettings(base_url=endpoint.base_url, name="scripted", api_key=SecretStr(KEY))
        card = await registry.replies(settings)(True)
    told = {line.metric: line.value for line in card.lines}
    asked = every[::10]
    opted_out = [case.id for case in asked if read_reply(case.text, now=replies.NOW).intent is Intent.OPT_OUT]
    assert told["model: messages"] == str(len(asked))
    assert told["model: intent"].startswith("1.000")
    assert len(endpoint.asked) == len(asked) - len(opted_out)
    assert {one["response_format"]["type"] for one in endpoint.asked} == {"json_schema"}
    assert card.ok


def test_every_key_planted_is_distinctly_covered() -> None:
    keys = {case.key for case in drafts.planted()}
    assert {"ungrounded_number", "numbers_differ", "wrong_name", "compliance_health_claim", None} <= keys


def test_no_message_held_out_is_known_and_every_draft_language_is_in_both() -> None:
    known, held = replies.cases(), replies.held_out()
    assert {case.text for case in known}.isdisjoint(case.text for case in held)
    for some in (known, held):
        assert len({case.id for case in some}) == len(some)
        assert set(TEMPLATE_LANGUAGES) <= {case.lang for case in some}
