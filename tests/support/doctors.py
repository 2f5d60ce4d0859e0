"""What a doctor found, and whether it tells the next step."""

from agent.cli.running import told
from memory.domain.errors import AppError


def says(failure: AppError | None, key: str, zh: str, en: str) -> None:
    """The right thing is found, and the next step is told in both languages."""
    assert failure is not None
    assert failure.text_key == key
    assert zh in told(failure, "zh")
    assert en in told(failure, "en")
