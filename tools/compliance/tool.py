"""The tool that checks a text a member pastes: a message, a caption or a brief."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from memory.domain.errors import BadRequest
from tools.compliance.checking import Finding, check_text
from tools.contract import Arguments, Effect, Tool, TurnContext


class CheckComplianceArgs(Arguments):
    """What to check, for which market (ISO 3166 alpha-2; the United States when absent)."""

    text: str = Field(max_length=20_000)
    market: str | None = Field(default=None, pattern=r"^[A-Za-z]{2}$")
    kind: Literal["message", "caption", "brief"] = "message"


@dataclass(frozen=True, slots=True)
class ComplianceReport:
    """What a text breaks, blocking first; nothing found is an answer. It is a check, not legal advice."""

    text: str
    kind: str
    market: str
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """Whether nothing found blocks."""
        return not any(finding.blocking for finding in self.findings)


def check_compliance() -> Tool[CheckComplianceArgs]:
    """Name the rules a text breaks, with a wording that passes."""

    async def run(args: CheckComplianceArgs, turn: TurnContext) -> ComplianceReport:
        """Check one text. Raises BadRequest ("text_missing") for an empty one."""
        del turn  # the same rules for everybody
        if not args.text.strip():
            raise BadRequest("text_missing")
        market = (args.market or "US").upper().replace("UK", "GB")
        return ComplianceReport(args.text, args.kind, market, check_text(args.text, kind=args.kind, market=market))

    about = "Check a message, caption or brief: disclosure, health and earnings claims, review pressure, contact."
    return Tool("check_compliance", Effect.READS, CheckComplianceArgs, run, about)
