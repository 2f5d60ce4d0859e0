"""`python -m evals.emulators.wecom`: an emulated WeCom with a page that shows it as a phone would."""

import argparse
import asyncio
from collections.abc import Sequence

from evals.emulators.wecom.serve import serve

PORT, PAGE_PORT, SEED = 8_787, 8_788, 7


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="daren emulate wecom", description="An emulated WeCom on loopback")
    parser.add_argument("--port", type=int, default=PORT, help="the platform: API and long connection; 0: any free one")
    parser.add_argument("--page-port", type=int, default=PAGE_PORT, help="the page; 0: any free one")
    parser.add_argument("--seed", type=int, default=SEED, help="other secrets than the usual ones")
    wanted = parser.parse_args(arguments)
    try:
        asyncio.run(serve(port=wanted.port, page_port=wanted.page_port, seed=wanted.seed))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
