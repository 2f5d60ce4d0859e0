"""Each fault of the platform is raised by a test on every channel where it can happen; the tests say so themselves."""

import pytest

from evals.emulators.wecom.core.faults import FaultKind
from tests.journeys import (
    test_app_faults,
    test_envelope_faults,
    test_late_and_repeated,
    test_platform_faults,
    test_rationed_faults,
)
from tests.support.faults import RAISED, WHERE

FILES = (
    test_app_faults, test_envelope_faults, test_late_and_repeated, test_platform_faults, test_rationed_faults,
)  # fmt: skip


def test_every_fault_is_raised_wherever_it_can_happen() -> None:
    """A test that declares one fails unless the emulator says that it has struck: see `raises`."""
    assert {(channel, kind) for channel, kinds in WHERE.items() for kind in kinds} == set(RAISED)
    assert {where.rpartition(".")[0] for tests in RAISED.values() for where in tests} == {one.__name__ for one in FILES}


@pytest.mark.parametrize("kind", FaultKind, ids=str)
def test_there_is_no_fault_that_happens_nowhere(kind: FaultKind) -> None:
    assert any(kind in kinds for kinds in WHERE.values())
