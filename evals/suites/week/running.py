"""What runs by itself while the clock moves: dispatchers and their deaths, answers, unclear sends, downtime."""

import asyncio
from datetime import timedelta
from random import Random

from agent.outreach.reconcile import reconcile
from evals.suites.week.diary import Diary
from evals.suites.week.house import House
from evals.suites.week.interruptions import cancelled, killed
from evals.suites.week.rows import machine_was_off
from memory.domain.by_hand import HAND_LEASE

_MINUTE = timedelta(seconds=61)
_MOST_MINUTES = 60
_TWO_WORKERS = 0.3


async def pass_time(house: House, diary: Diary, draw: Random, *, by: timedelta) -> None:
    """Move the clock and let the workers do what came due, minute by minute as the limits allow."""
    await house.move_clock(by)
    for _ in range(_MOST_MINUTES):
        workers = 2 if draw.random() < _TWO_WORKERS else 1
        await asyncio.gather(*(house.upkeep.dispatch() for _ in range(workers)))
        diary.happened["dispatchers side by side"] += workers - 1
        if not await due_now(house):
            break
        await house.move_clock(_MINUTE)
    await settle(house, diary)


async def die_sending(house: House, diary: Diary, draw: Random, *, most: int, as_process: bool) -> bool:
    """Let a dispatcher die at one of the next messages (at most the `most`-th); whether there was one to die at."""
    waiting = await due_now(house)
    if not waiting:
        return False
    call, through = draw.randint(1, min(waiting, most)), diary.deaths % 2 == 0
    if as_process:
        died = await killed(house.database, call=call, through=through)
    else:
        died = await cancelled(house.database, house.messengers, call=call, through=through)
    diary.deaths += died
    diary.happened["dispatchers killed" if as_process else "dispatchers cancelled"] += died
    await settle(house, diary)
    return died


async def settle(house: House, diary: Diary) -> None:
    """Ask what became of unclear sends, those of dead dispatchers among them; what members forgot is unsure."""
    async with house.database.across_tenants("nobody waits for a lease in this week") as work:
        await work.ledger.rest_no_longer()
    report = await reconcile(house.database, house.messengers)
    diary.happened["unknown settled: accepted"] += report.sent
    diary.happened["unknown settled: never seen"] += report.never_seen
    diary.forget(now=await house.now(), lease=HAND_LEASE)


async def be_off(house: House, diary: Diary, *, time: timedelta) -> None:
    """Nothing runs for a while, neither sleep nor a demo's jump: the machine itself was off."""
    await house.move_clock(time)
    await machine_was_off(house.database.url, time)
    diary.happened["downtimes"] += 1


async def due_now(house: House) -> int:
    """How many messages of both brands could go at once."""
    async with house.database.unit(house.owner) as unit:
        return await unit.steps.going_out()
