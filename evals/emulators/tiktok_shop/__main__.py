"""`python -m evals.emulators.tiktok_shop`: an emulated TikTok Shop on loopback."""

import argparse
import asyncio
from collections.abc import Sequence

from evals.emulators.tiktok_shop.serve import serve

PORT, PAGE_PORT, SEED = 8_792, 8_793, 7


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="daren emulate tiktok_shop", description="An emulated TikTok Shop")
    parser.add_argument("--port", type=int, default=PORT, help="the platform; 0: any free one")
    parser.add_argument("--page-port", type=int, default=PAGE_PORT, help="its controls; 0: any free one")
    parser.add_argument("--seed", type=int, default=SEED, help="another app, other sellers and creators")
    wanted = parser.parse_args(arguments)
    try:
        asyncio.run(serve(port=wanted.port, page_port=wanted.page_port, seed=wanted.seed))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
