"""A busy minute of a self-built app: callbacks at a steady rate while turns run, every one answered, each once.

Ours: `daren serve --no-worker` and `daren worker` beside it, the embedded database and the built-in planner, members
who are bound, and an emulated platform in a process of its own. Theirs, at another time of the same run: Flask and
wechatpy, which neither stores nor works anything out. Both are called by this process; what the caller and the platform
use is not theirs.
"""

import tempfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from agent.bootstrap import installed, migrated
from agent.settings import Settings
from evals.benchmarks.callbacks.caller import call, sealed
from evals.benchmarks.callbacks.company import Company, seed, set_up
from evals.benchmarks.callbacks.measuring import A_SECOND, QUESTIONS, Load, Marks, Measured, Stage, stage
from evals.benchmarks.callbacks.plain import ANSWERS, PATH
from evals.benchmarks.callbacks.processes import address_in, bare_environment, cpu_seconds, named, started
from evals.scorers.scorecard import Line, Scorecard
from memory.creator_index.keeper.index import KeeperIndex
from memory.embedded import data_folder

P99_MILLISECONDS, ANSWERED_A_SECOND, CPU_MILLISECONDS = 100.0, 40.0, 25.0
MEMBERS, FAST_MEMBERS = 480, 8
_PLAIN = "evals.benchmarks.callbacks.plain"
_NEEDED = ("flask", "wechatpy", "waitress")
Weigh = Callable[[], Mapping[str, float]]


async def run(*, fast: bool = False) -> Scorecard:
    """Ours, then theirs where `make install-dev` brought it."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home", database_url=None, model=None)
        await migrated(settings)
        async with installed(settings) as daren:
            await seed(daren)
        load = Load(FAST_MEMBERS if fast else MEMBERS)
        async with stage(load.members) as on_stage:
            ours = await measure_ours(settings, load, on_stage)
            theirs = await measure_theirs(load, on_stage) if _is_there() else None
    return scored(ours, theirs)


async def measure_ours(settings: Settings, load: Load, on_stage: Stage) -> Measured:
    """A seeded demo served as its own processes: one that hears and says, one that works."""
    async with installed(settings) as daren:
        company = await set_up(daren, members=load.members + 1)
    told = bare_environment() | {
        "DAREN_HOME": str(settings.home), "DAREN_PORT": "0", "DAREN_WECOM_URL": on_stage.address,
    }  # fmt: skip
    if settings.database_url is not None:
        told["DAREN_DATABASE_URL"] = settings.database_url
    async with (
        started("agent", "serve", "--no-worker", environment=told) as process,
        started("agent", "worker", environment=told, says=False) as worker,
    ):
        database = data_folder(settings.home) if settings.database_url is None else None

        def weigh() -> dict[str, float]:
            rest = {"index": named(f"--home {settings.home.resolve()}")}
            if database is not None:
                rest["PostgreSQL"] = [int((database / "postmaster.pid").read_text().split()[0])]
            parts = {name: cpu_seconds(pids) for name, pids in rest.items()}
            apart = {pid for pids in rest.values() for pid in pids}
            return {"Python": cpu_seconds([process.pid, worker.pid], without=apart)} | parts

        address = f"{address_in(process.first)}{company.path}"
        measured = await _measured(load, company, address, on_stage, weigh, QUESTIONS)
    async with installed(settings) as daren:
        if isinstance(daren.index, KeeperIndex):
            await daren.index.stop()
    return measured


async def measure_theirs(load: Load, on_stage: Stage) -> Measured:
    """The plain handler."""
    environment = bare_environment()
    async with started(_PLAIN, on_stage.address, str(load.members), environment=environment) as process:
        company = Company.of(load.members, PATH)
        marks = {text: f"{ANSWERS}{text}" for text in QUESTIONS}

        def weigh() -> dict[str, float]:
            return {"Python": cpu_seconds([process.pid])}

        return await _measured(load, company, f"{process.first}{PATH}", on_stage, weigh, marks)


async def _measured(
    load: Load, company: Company, address: str, on_stage: Stage, weigh: Weigh, marks: Marks
) -> Measured:
    warm = load.warm_up()
    await call(sealed(warm, company.corp, company.app, address), address, a_second=1)
    await on_stage.listen({(one.user, one.text) for one in warm}, marks)
    asked = load.questions()
    requests = sealed(asked, company.corp, company.app, address)
    wanted = {(one.user, one.text) for one in asked}
    before, platform = weigh(), cpu_seconds([on_stage.process.pid])
    called = await call(requests, address, a_second=load.a_second)
    answers, last = await on_stage.listen(wanted, marks)
    used = {name: after - before.get(name, 0.0) for name, after in weigh().items()}
    theirs = cpu_seconds([on_stage.process.pid]) - platform
    return Measured(called, answers, len(wanted), max(0.0, last - called.began), used, theirs)


def _is_there() -> bool:
    return all(find_spec(name) is not None for name in _NEEDED)


def scored(ours: Measured, theirs: Measured | None) -> Scorecard:
    """The bounds are ours; theirs is reported."""
    p99, rate, cpu = ours.acknowledged(99), ours.answered_a_second, ours.cpu_milliseconds
    parts = ", ".join(f"{name} {seconds * 1_000 / max(1, ours.asked):.1f}" for name, seconds in ours.cpu.items())
    return Scorecard(
        "callbacks",
        (
            Line("callbacks, repeats among them", str(len(ours.called.seconds)), "", ok=True),
            Line("not acknowledged", str(ours.unacknowledged), "= 0", ours.unacknowledged == 0),
            Line("acknowledged, p99", f"{p99:.0f} ms", f"< {P99_MILLISECONDS:.0f} ms", p99 < P99_MILLISECONDS),
            Line("answered a second", f"{rate:.1f}", f"≥ {ANSWERED_A_SECOND:.0f}", rate >= ANSWERED_A_SECOND),
            Line("lost", str(ours.lost), "= 0", ours.lost == 0),
            Line("answered twice", str(ours.twice), "= 0", ours.twice == 0),
            Line(
                "CPU of a callback with its answer", f"{cpu:.1f} ms", f"≤ {CPU_MILLISECONDS:.0f} ms",
                cpu <= CPU_MILLISECONDS,
            ),
            Line("of it, ms", parts, "", ok=True),
            *_reported("", ours),
            *(_theirs(theirs) if theirs is not None else _nothing_of_theirs()),
        ),
    )  # fmt: skip


def _reported(whose: str, side: Measured) -> tuple[Line, ...]:
    calls = max(1, len(side.called.seconds))
    return (
        Line(f"{whose}callbacks a second, as due", f"{A_SECOND}", "", ok=True),
        Line(f"{whose}acknowledged, p50", f"{side.acknowledged(50):.1f} ms", "", ok=True),
        Line(f"{whose}caller's own CPU", f"{side.called.cpu_seconds * 1_000 / calls:.2f} ms a callback", "", ok=True),
        Line(f"{whose}platform's own CPU", f"{side.platform_cpu * 1_000 / calls:.2f} ms a callback", "", ok=True),
    )


def _theirs(side: Measured) -> tuple[Line, ...]:
    whose = "wechatpy, Flask, waitress: "
    return (
        Line(f"{whose}not acknowledged", str(side.unacknowledged), "", ok=True),
        Line(f"{whose}acknowledged, p99", f"{side.acknowledged(99):.0f} ms", "", ok=True),
        Line(f"{whose}answered a second", f"{side.answered_a_second:.1f}", "", ok=True),
        Line(f"{whose}lost", str(side.lost), "", ok=True),
        Line(f"{whose}answered twice", str(side.twice), "", ok=True),
        Line(f"{whose}CPU of a callback with its answer", f"{side.cpu_milliseconds:.1f} ms", "", ok=True),
        *_reported(whose, side),
    )


def _nothing_of_theirs() -> tuple[Line, ...]:
    return (Line("wechatpy, Flask, waitress", "not installed: `make install-dev` brings them", "", ok=True),)
