"""What people write first: Flask and wechatpy, a callback opened, handed to a thread and acknowledged.

Nothing is stored, nobody is looked up, nothing is known of repeats and nothing is worked out: the answer repeats the
question. Served by waitress, with its own settings. `python -m evals.benchmarks.callbacks.plain PLATFORM MEMBERS`
prints its address.
"""

import logging
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from evals.benchmarks.callbacks.platform import corp_of

PATH = "/callback"
ANSWERS = "收到："
_THREADS = 8


def application(platform: str, members: int) -> Any:  # noqa: ANN401  # Flask is a development dependency without stubs here
    """The Flask application."""
    warnings.simplefilter("ignore", DeprecationWarning)  # wechatpy's own, at every call
    flask, enterprise = import_module("flask"), import_module("wechatpy.enterprise")
    crypto = import_module("wechatpy.enterprise.crypto")
    corp, app = corp_of(members)
    opener = crypto.WeChatCrypto(app.callback.token, app.callback.aes_key, corp.corpid)

    class Client(enterprise.WeChatClient):  # type: ignore[misc, name-defined]  # as above
        """Its addresses are fixed: the one for tokens moves only so."""

        API_BASE_URL = f"{platform}/cgi-bin/"

        def fetch_access_token(self) -> Any:  # noqa: ANN401  # as above
            """See `WeChatClient`."""
            query = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(f"{self.API_BASE_URL}gettoken", query)

    client = Client(corp.corpid, app.secret)
    client.fetch_access_token()
    pool = ThreadPoolExecutor(_THREADS)
    served = flask.Flask(__name__)

    @served.post(PATH)  # type: ignore[untyped-decorator]  # as above
    def take() -> str:
        query = flask.request.args
        inner = opener.decrypt_message(flask.request.data, query["msg_signature"], query["timestamp"], query["nonce"])
        said = enterprise.parse_message(inner)
        pool.submit(client.message.send_text, app.agentid, said.source, f"{ANSWERS}{said.content}")
        return ""

    return served


def main(platform: str, members: int) -> None:
    """Serve until it is killed."""
    logging.disable(logging.WARNING)  # waitress warns whenever a request waits
    server = import_module("waitress").create_server(application(platform, members), host="127.0.0.1", port=0)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
