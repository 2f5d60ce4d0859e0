"""The cut of the benchmark of callbacks: `daren serve` under a burst, each acknowledged, each question answered once.

How fast is the benchmark's to say; here nothing may be lost or said twice.
"""

import pytest

from agent.settings import Settings
from evals.benchmarks.callbacks.measuring import QUESTIONS, Load, stage
from evals.benchmarks.callbacks.suite import FAST_MEMBERS, measure_ours

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


async def test_in_a_burst_every_callback_is_acknowledged_and_every_question_answered_once(
    demo_settings: Settings,
) -> None:
    load = Load(FAST_MEMBERS)
    async with stage(load.members) as on_stage:
        measured = await measure_ours(demo_settings, load, on_stage)
    assert measured.asked == FAST_MEMBERS * len(QUESTIONS)
    assert len(measured.called.seconds) > measured.asked
    assert (measured.unacknowledged, measured.lost, measured.twice) == (0, 0, 0)
    assert measured.cpu["Python"] > 0
