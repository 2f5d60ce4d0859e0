"""The demo's one password: made once per home, readable by its owner alone."""

import secrets
from pathlib import Path

KEPT_IN = "demo-login"


def demo_password(home: Path) -> str:
    """The password every demo login has in this home."""
    kept = home / KEPT_IN
    if not kept.exists():
        home.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(f"daren-{secrets.token_hex(4)}", "utf-8")
    return kept.read_text("utf-8").strip()
