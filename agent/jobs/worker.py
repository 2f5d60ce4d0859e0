"""Runs jobs in this process until told to stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import procrastinate
import structlog
from procrastinate import App, PsycopgConnector

from agent.jobs.blueprint import CONTEXT_KEY, NAMESPACE, Workshop, make_blueprint
from memory.domain.jobs import QUEUES

log = structlog.get_logger()

RETRY_SECONDS = 1.0


def make_app(conninfo: str, *, connections: int = 4) -> App:
    """A Procrastinate app on our database, with every task named in `memory.domain.jobs`."""
    app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=connections))
    app.add_tasks_from(make_blueprint(), namespace=NAMESPACE)
    return app


async def retry_stalled(app: App) -> int:
    """Queue again what a killed worker left in `doing`; the rows' fences make a second run harmless."""
    stalled = list(await app.job_manager.get_stalled_jobs())
    for job in stalled:
        with suppress(procrastinate.exceptions.ConnectorException):
            await app.job_manager.retry_job(job)
    if stalled:
        log.info("jobs.retried", count=len(stalled))
    return len(stalled)


@asynccontextmanager
async def working(app: App, workshop: Workshop, *, concurrency: int) -> AsyncIterator[None]:
    """Run a worker beside the block; finish running jobs for five seconds when it ends."""
    async with app.open_async():
        worker = asyncio.create_task(run(app, workshop, concurrency=concurrency), name="worker")
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


async def run(app: App, workshop: Workshop, *, concurrency: int) -> None:
    """Work until cancelled; a database that went away is waited for. Finished jobs are deleted: rows hold the truth."""
    while True:
        try:
            await app.run_worker_async(
                queues=list(QUEUES),
                concurrency=concurrency,
                wait=True,
                install_signal_handlers=False,
                shutdown_graceful_timeout=5,
                delete_jobs="successful",
                additional_context={CONTEXT_KEY: workshop},
            )
        except procrastinate.exceptions.ConnectorException as failure:
            log.warning("worker.database_gone", error=str(failure.__cause__ or failure))
            await asyncio.sleep(RETRY_SECONDS)
