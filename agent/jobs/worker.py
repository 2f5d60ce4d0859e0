"""Runs jobs in this process until told to stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from agent.jobs.blueprint import CONTEXT_KEY, NAMESPACE, Workshop, make_blueprint
from memory.domain.jobs import QUEUES
from memory.job_pool import JobPool

log = structlog.get_logger()

RETRY_SECONDS = 1.0
LOST_SECONDS = 12.0
_BEATS = 4  # how often a worker shows itself, looks for jobs and for lost workers within the time that makes it lost


def make_app(conninfo: str, *, connections: int = 4) -> App:
    """A Procrastinate app on our database, with every task named in `memory.domain.jobs`."""
    app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=connections, pool_factory=JobPool))
    app.add_tasks_from(make_blueprint(), namespace=NAMESPACE)
    return app


async def retry_stalled(
    app: App, *, suspects: frozenset[int] = frozenset(), lost_seconds: float = LOST_SECONDS
) -> frozenset[int]:
    """Queue again what lost workers left in `doing` at this look and, being among `suspects`, at the last; this look's.

    One look is not enough: a process that stood still may look before its own worker could show itself again.
    The rows' fences make a second run harmless.
    """
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=lost_seconds))
    lost = [job for job in stalled if job.id in suspects]
    for job in lost:
        with suppress(ConnectorException):  # another process was first
            await _again(app, job)
    if lost:
        log.info("jobs.retried", count=len(lost))
    return frozenset(job.id for job in stalled if job.id is not None)


async def _again(app: App, job: Job) -> None:
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:
        # Another of its kind waits already, behind the lock that this one would hold for ever.
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


@asynccontextmanager
async def working(
    app: App, workshop: Workshop, *, concurrency: int, lost_seconds: float = LOST_SECONDS
) -> AsyncIterator[None]:
    """Run a worker beside the block; finish running jobs for five seconds when it ends."""
    async with app.open_async():
        worker = asyncio.create_task(
            run(app, workshop, concurrency=concurrency, lost_seconds=lost_seconds), name="worker"
        )
        worker.add_done_callback(_tell)
        try:
            yield
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


def _tell(worker: asyncio.Task[None]) -> None:
    if not worker.cancelled() and (failure := worker.exception()) is not None:
        log.error("worker.died", exc_info=failure)


async def run(app: App, workshop: Workshop, *, concurrency: int, lost_seconds: float = LOST_SECONDS) -> None:
    """Work until cancelled; a database that went away is waited for. Finished jobs are deleted: rows hold the truth.

    Jobs of a worker that has not shown itself for `lost_seconds` begin again here, at most three beats after that.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_rescue(app, lost_seconds=lost_seconds), name="rescue")
        await _work(app, workshop, concurrency=concurrency, beat=lost_seconds / _BEATS)


async def _work(app: App, workshop: Workshop, *, concurrency: int, beat: float) -> None:
    while True:
        try:
            await app.run_worker_async(
                queues=list(QUEUES),
                concurrency=concurrency,
                wait=True,
                install_signal_handlers=False,
                shutdown_graceful_timeout=5,
                delete_jobs="successful",
                update_heartbeat_interval=beat,
                stalled_worker_timeout=beat * _BEATS,
                fetch_job_polling_interval=beat,  # a job queued again rings no bell
                additional_context={CONTEXT_KEY: workshop},
            )
        except ConnectorException as failure:
            log.warning("worker.database_gone", error=str(failure.__cause__ or failure))
            await asyncio.sleep(RETRY_SECONDS)


async def _rescue(app: App, *, lost_seconds: float) -> None:
    """Look after the jobs of workers that were killed; a database that is gone is the worker's to wait for."""
    suspects: frozenset[int] = frozenset()
    while True:
        with suppress(ConnectorException):
            suspects = await retry_stalled(app, suspects=suspects, lost_seconds=lost_seconds)
        stop_if_told()
        await asyncio.sleep(lost_seconds / _BEATS)


def stop_if_told() -> None:
    """Waiting for a pooled connection may lose a cancellation before Python 3.12 (bpo-42130); nobody cancels twice."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
