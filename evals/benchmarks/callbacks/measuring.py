"""What is asked, what became of it, and how the platform's side hears the answers."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles

import httpx

from evals.benchmarks.callbacks.caller import GIVE_UP_SECONDS, Called, Question
from evals.benchmarks.callbacks.platform import userid
from evals.benchmarks.callbacks.processes import Process, bare_environment, started

A_SECOND = 200
# What is asked, and what its answer of ours holds: what we sell, what may still be sent, who answered, whom to ask.
QUESTIONS = {
    "我们有哪些产品": "个产品",
    "今天还能发多少条": "今天还可以发",
    "有哪些达人回复了": "达人回复",
    "帮我找5个美国做宠物用品的达人，粉丝1万到10万": "列出前",
}
_PLATFORM = "evals.benchmarks.callbacks.platform"
_FIRST = 1_000_000  # numbers of the questions that warm up
_REPEATED = 20  # one callback in so many is one that came a little before
_BEFORE = 30
_PATIENCE_SECONDS = 60.0  # without one more answer, whatever is missing is lost
_LOOK_SECONDS, _AFTER_SECONDS = 5.0, 2.0  # at what comes; whether something is said once more at the end
Marks = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Load:
    """`members` (a multiple of the number of questions) each ask every question once; one more warms up."""

    members: int
    a_second: int = A_SECOND

    def warm_up(self) -> list[Question]:
        """Every question once, by one more member: what a process does at its first turn is done."""
        return [Question(_FIRST + number, userid(self.members), text) for number, text in enumerate(QUESTIONS)]

    def questions(self) -> list[Question]:
        """In the order they come; some stand there twice."""
        asked: list[Question] = []
        for number in range(self.members * len(QUESTIONS)):
            text = list(QUESTIONS)[number % len(QUESTIONS)]
            # Everybody asks something before anybody asks again.
            member = (number + number // self.members) % self.members
            asked.append(Question(number, userid(member), text))
            if number % _REPEATED == _REPEATED - 1:
                asked.append(asked[-_BEFORE] if len(asked) >= _BEFORE else asked[0])
        return asked


@dataclass(frozen=True, slots=True)
class Measured:
    """One side. `answers`: how often each (member, question) was answered; CPU in seconds."""

    called: Called
    answers: Counter[tuple[str, str]]
    asked: int
    seconds: float
    cpu: Mapping[str, float]
    platform_cpu: float

    @property
    def lost(self) -> int:
        """Questions nobody answered."""
        return self.asked - len(self.answers)

    @property
    def twice(self) -> int:
        """Questions answered more than once."""
        return sum(often > 1 for often in self.answers.values())

    @property
    def unacknowledged(self) -> int:
        """Callbacks that got no 200 in time."""
        return sum(one is None for one in self.called.seconds)

    def acknowledged(self, percent: int) -> float:
        """Milliseconds within which so many of a hundred were acknowledged; never counts as what the caller waits."""
        found = [(GIVE_UP_SECONDS if one is None else one) * 1_000 for one in self.called.seconds]
        return quantiles(found, n=100, method="inclusive")[percent - 1]

    @property
    def answered_a_second(self) -> float:
        """From the first callback to the last answer."""
        return len(self.answers) / self.seconds if self.seconds else 0.0

    @property
    def cpu_milliseconds(self) -> float:
        """Of a callback with its answer, over everything that serves it."""
        return sum(self.cpu.values()) * 1_000 / max(1, len(self.answers))


@dataclass(slots=True)
class Stage:
    """The platform's process, and what was said there so far."""

    process: Process
    address: str
    said_at: str
    http: httpx.AsyncClient
    heard: int = 0

    async def listen(self, wanted: set[tuple[str, str]], marks: Marks) -> tuple[Counter[tuple[str, str]], float]:
        """Hear the platform until all are answered and nothing follows; how often each, and when the last was."""
        answers, last, patience = Counter[tuple[str, str]](), 0.0, _PATIENCE_SECONDS
        while patience > 0:
            missing = len(wanted - set(answers))
            look = _LOOK_SECONDS if missing else _AFTER_SECONDS
            found = await self._said(least=50 if missing > 50 else 1, seconds=look)
            if not (found or missing):
                break
            patience = _PATIENCE_SECONDS if found else patience - look
            for user, content, at in found:
                question = next((text for text, mark in marks.items() if mark in content), None)
                if question is not None and (user, question) in wanted:
                    answers[user, question] += 1
                    last = max(last, at)
        return answers, last

    async def _said(self, *, least: int, seconds: float) -> list[tuple[str, str, float]]:
        query = {"after": self.heard, "least": least, "seconds": seconds}
        found: list[tuple[str, str, float]] = (await self.http.get(self.said_at, params=query)).json()
        self.heard += len(found)
        return found


@asynccontextmanager
async def stage(members: int) -> AsyncIterator[Stage]:
    """The emulated platform, running."""
    async with (
        started(_PLATFORM, str(members + 1), environment=bare_environment()) as process,
        httpx.AsyncClient(trust_env=False, timeout=60) as http,
    ):
        told = json.loads(process.first)
        yield Stage(process, told["platform"], told["said"], http)
