"""The emulated platform in a process of its own, with as many members as are asked for, and what its app said to them.

`python -m evals.benchmarks.callbacks.platform MEMBERS` prints two addresses: the platform's, and where to ask what was
said. `GET /said?after=A&least=N&seconds=S` answers once N messages came after the first A, or when S seconds are over.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from evals.emulators.real_time import keep_time
from evals.emulators.serving import serving
from evals.emulators.wecom.core.corp import App, Corp, User
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.server import Emulator, running

AGENT, SEED = 1_000_002, 7


def corp_of(members: int) -> tuple[Corp, App]:
    """The corp every process knows: its secrets come from the seed."""
    corp = Platform(seed=SEED).corp
    employ(corp, members)
    return corp, corp.apps[AGENT]


def userid(number: int) -> str:
    """The name of one of the members."""
    return f"m{number:05}"


def employ(corp: Corp, members: int) -> None:
    """Let so many people see the app."""
    for number in range(members):
        corp.users[userid(number)] = User(userid(number), userid(number))
        corp.apps[AGENT].visible.add(userid(number))


async def said(emulator: Emulator, request: Request) -> JSONResponse:
    """Whom the app told what, and when (seconds since the epoch), in order."""
    platform = emulator.platform
    after, least = int(request.query_params["after"]), int(request.query_params["least"])
    with suppress(TimeoutError):
        async with asyncio.timeout(float(request.query_params["seconds"])):
            await platform.records.until(lambda: len(platform.chats.messages) >= after + least)
    found = platform.chats.messages[after:]
    return JSONResponse([[one.chat.rpartition(":")[2], one.content[:200], one.at] for one in found])


async def serve(members: int) -> None:
    """Until it is killed."""
    platform = Platform(seed=SEED, start=time.time())
    employ(platform.corp, members)
    async with running(platform) as emulator:

        async def tell(request: Request) -> JSONResponse:
            return await said(emulator, request)

        async with serving(Starlette(routes=[Route("/said", tell)])) as telling:
            platform.corp.apps[AGENT].callback.url = "http://127.0.0.1:9/"  # the caller calls, not the emulator
            print(json.dumps({"platform": emulator.base_url, "said": f"{telling}/said"}), flush=True)
            await keep_time(platform.clock)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
