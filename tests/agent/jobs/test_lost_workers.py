"""What a killed worker left: queued again once, and never in the way of what waits behind it."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from procrastinate import App

from agent.jobs.worker import make_app, retry_stalled
from memory.database import Database
from memory.domain.ids import TenantId
from memory.domain.jobs import QUEUES, Job, dispatch, index_creators


@pytest.fixture
async def app(database: Database) -> AsyncIterator[App]:
    """An app nobody works for."""
    made = make_app(database.url)
    async with made.open_async():
        yield made


async def taken_and_lost(database: Database, app: App, job: Job) -> int:
    """A job that a worker began and never ended; the worker."""
    await queued(database, job)
    worker = await app.job_manager.register_worker()
    assert await app.job_manager.fetch_job(queues=list(QUEUES), worker_id=worker) is not None
    return worker


async def queued(database: Database, job: Job) -> None:
    async with database.across_tenants("a test's job") as work:
        await work.defer(job)


def jobs(database: Database) -> list[tuple[str, str]]:
    """Every job and its state."""
    with psycopg.connect(database.url) as connection:
        return connection.execute("select task_name, status::text from procrastinate_jobs order by 1, 2").fetchall()


async def test_a_job_of_a_lost_worker_is_queued_again_at_the_second_look(database: Database, app: App) -> None:
    await taken_and_lost(database, app, dispatch())
    assert await retry_stalled(app, lost_seconds=60) == frozenset()  # it may yet be alive
    suspects = await retry_stalled(app, lost_seconds=0)
    assert len(suspects) == 1
    assert jobs(database) == [("daren:dispatch", "doing")]
    await retry_stalled(app, suspects=suspects, lost_seconds=0)
    assert jobs(database) == [("daren:dispatch", "todo")]
    assert await retry_stalled(app, suspects=suspects, lost_seconds=0) == frozenset()


async def test_a_worker_that_only_stood_still_keeps_its_job(database: Database, app: App) -> None:
    worker = await taken_and_lost(database, app, dispatch())
    suspects = await retry_stalled(app, lost_seconds=0)
    await app.job_manager.update_heartbeat(worker)
    assert await retry_stalled(app, suspects=suspects, lost_seconds=60) == frozenset()
    assert jobs(database) == [("daren:dispatch", "doing")]


@pytest.mark.parametrize("job", [dispatch(), index_creators(TenantId(1))], ids=lambda job: job.task)
async def test_a_lost_job_gives_way_to_the_one_that_waits_behind_its_lock(
    database: Database, app: App, job: Job
) -> None:
    await taken_and_lost(database, app, job)
    await queued(database, job)
    await retry_stalled(app, suspects=await retry_stalled(app, lost_seconds=0), lost_seconds=0)
    assert jobs(database) == [(job.task, "todo")]
    worker = await app.job_manager.register_worker()
    assert await app.job_manager.fetch_job(queues=list(QUEUES), worker_id=worker) is not None
