"""The emulator as a person starts it: it says what a product is set up with, and its clock goes."""

import json
import signal
import subprocess
import sys

import httpx

_WITHOUT_DEVELOPMENT = """
import sys
for absent in ("hypothesis", "pytest", "playwright", "langgraph.checkpoint.postgres"):
    sys.modules[absent] = None
from evals.cli import emulate_command
emulate_command("tiktok_shop", port=0, page_port=0, seed=7)
"""


def test_the_command_serves_without_the_development_environment_until_it_is_interrupted() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WITHOUT_DEVELOPMENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said = [next(lines)]
        while said[-1].rstrip() != "}":
            said.append(next(lines))
        console = json.loads("".join(said))
        clock = f"{console['controls'].partition('/__ctl')[0]}/__ctl/clock"
        headers = {"Authorization": f"Bearer {console['bearer']}"}
        with httpx.Client(trust_env=False) as http:
            back = http.get(console["authorize_url"], params={"service_id": console["service_id"], "state": "s"})
            assert back.headers["location"].startswith(f"{console['redirect_url']}?code=")
            query = {
                "app_key": console["app_key"],
                "app_secret": console["app_secret"],
                "grant_type": "authorized_code",
            }
            query["auth_code"] = httpx.URL(back.headers["location"]).params["code"]
            granted = http.get(f"{console['auth_base']}/api/v2/token/get", params=query).json()
            assert granted["data"]["seller_name"] == console["sellers"][0]["name"]
            first = http.get(clock, headers=headers).json()["now"]
            while http.get(clock, headers=headers).json()["now"] == first:
                continue
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
