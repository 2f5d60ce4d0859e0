"""Does a Chinese question find the right creators among English bios, and does chatter around it matter?

Through the real parts: the glossary, the encoder, the index on the embedded engine, and the built-in planner.
The bios carry no figures, so of a planned search only its subject and categories are asked.
"""

import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import fmean

from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext
from evals.scorers.scorecard import Line, Scorecard
from memory.creator_index.edge import EdgeEngine
from memory.creator_index.embedded import EmbeddedIndex
from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.creator_index.vector_index import VectorIndex
from memory.domain.creator import CreatorQuery, IndexEntry
from memory.domain.ids import CreatorId, TenantId
from tools.creator_search.gloss import in_english

CASES = Path(__file__).parents[1] / "cases"
TENANT = TenantId(1)
LOOKED_AT = 10
LEAST_MRR = 0.95
LEAST_PRECISION = 0.88
LARGEST_GAP = 0.03
MISSES_SHOWN = 12
_TODAY = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Bio:
    """One creator's own words, and what they are about."""

    niche: str
    category: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One need in three wordings."""

    id: str
    niche: str
    zh: str
    en: str
    chat: str


@dataclass(frozen=True, slots=True)
class Score:
    """What one wording of one question found: the reciprocal rank of the first right one, and the share of right."""

    reciprocal_rank: float
    precision: float


async def run(*, every: int = 1) -> Scorecard:
    """Score every n-th question over all bios. Takes about fifteen seconds."""
    bios, questions = read_bios(), read_questions()[::every]
    async with indexed(bios) as index:
        chinese = [await _score(index, bios, one.niche, _subject(one.zh)) for one in questions]
        english = [await _score(index, bios, one.niche, _subject(one.en)) for one in questions]
        chatty = [await _score(index, bios, one.niche, planned(one.chat)) for one in questions]
    mrr_zh, mrr_en = (fmean(score.reciprocal_rank for score in scores) for scores in (chinese, english))
    bare, full = (fmean(score.precision for score in scores) for scores in (chinese, chatty))
    misses = [
        Line(f"missed {one.id}", f"{one.zh} → {_subject(one.zh).topic}", "", ok=True)
        for one, score in zip(questions, chinese, strict=True)
        if score.reciprocal_rank < 1 / 3
    ]
    return Scorecard(
        "retrieval",
        (
            Line("bios", str(len(bios)), "≥ 1000", len(bios) >= 1000),
            Line("questions", str(len(questions)), "≥ 100", every > 1 or len(questions) >= 100),
            Line("MRR@10, Chinese", f"{mrr_zh:.3f}", f"≥ {LEAST_MRR}", mrr_zh >= LEAST_MRR),
            Line("MRR@10, English", f"{mrr_en:.3f}", "", ok=True),
            Line("MRR@10, gap", f"{mrr_en - mrr_zh:.3f}", f"≤ {LARGEST_GAP}", mrr_en - mrr_zh <= LARGEST_GAP),
            Line("P@10, subject alone", f"{bare:.3f}", "", ok=True),
            Line("P@10, whole question", f"{full:.3f}", f"≥ {LEAST_PRECISION}", full >= LEAST_PRECISION),
            Line("P@10, gap", f"{bare - full:.3f}", f"≤ {LARGEST_GAP}", bare - full <= LARGEST_GAP),
            *misses[:MISSES_SHOWN],
        ),
    )


def read_bios() -> list[Bio]:
    """Every bio of the case file."""
    niches = [json.loads(line) for line in (CASES / "niches.jsonl").read_text("utf-8").splitlines() if line]
    return [Bio(niche["slug"], niche["category"], bio) for niche in niches for bio in niche["bios"]]


def read_questions() -> list[Question]:
    """Every question of the case file."""
    lines = [json.loads(line) for line in (CASES / "retrieval.jsonl").read_text("utf-8").splitlines() if line]
    return [Question(line["id"], line["slug"], line["zh"], line["en"], line["zh_full"]) for line in lines]


@asynccontextmanager
async def indexed(bios: Sequence[Bio]) -> AsyncIterator[EmbeddedIndex]:
    """An index of the bios; ids count from 1."""
    embedder = Usem3Embedder()
    with tempfile.TemporaryDirectory() as folder:
        engine = EdgeEngine.create(Path(folder) / "shard", dimension=embedder.dimension)
        index = EmbeddedIndex(VectorIndex(engine), embedder)
        await index.upsert([_entry(number, bio) for number, bio in enumerate(bios, start=1)])
        yield index
        engine.close()


def planned(chat: str) -> CreatorQuery:
    """The subject and categories that the built-in planner reads out of a whole question."""
    for call in plan(chat, PlanningContext(today=_TODAY)).calls:
        if call.name == "search_creators":
            categories = call.arguments.get("categories")
            slugs = tuple(str(slug) for slug in categories) if isinstance(categories, list) else ()
            return CreatorQuery(topic=in_english(str(call.arguments.get("topic") or "")), categories=slugs)
    return CreatorQuery()


def _subject(topic: str) -> CreatorQuery:
    return CreatorQuery(topic=in_english(topic))


async def _score(index: EmbeddedIndex, bios: Sequence[Bio], niche: str, query: CreatorQuery) -> Score:
    hits = await index.search(query, tenant=TENANT, limit=LOOKED_AT)
    right = [bios[hit.id - 1].niche == niche for hit in hits]
    first = right.index(True) + 1 if any(right) else None
    return Score(1 / first if first else 0.0, sum(right) / LOOKED_AT)


def _entry(number: int, bio: Bio) -> IndexEntry:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    return IndexEntry(
        id=CreatorId(number),
        tenant=None,
        handle=f"creator_{number}",
        name="",
        text=bio.text,
        hashtags=(),
        market=None,
        languages=("en",),
        categories=(bio.category,),
        numbers={},
        content=None,
        audience_gender=None,
        audience_age=None,
        has_email=False,
        last_active_at=None,
        updated_at=now,
    )
