"""微信客服 put together: its streams, what is sent, its people, and the endpoints that apps call."""

from dataclasses import dataclass

from evals.emulators.wecom.app.callbacks import AppCallbacks
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.gateway import Asked, ForApp
from evals.emulators.wecom.kf.book import KfBook
from evals.emulators.wecom.kf.people import KfPeople
from evals.emulators.wecom.kf.pulling import KfPulling
from evals.emulators.wecom.kf.sending import KfSending
from evals.emulators.wecom.platform import Platform


@dataclass(frozen=True, slots=True)
class Kf:
    """微信客服."""

    book: KfBook
    pulling: KfPulling
    sending: KfSending
    people: KfPeople

    def endpoints(self) -> dict[str, ForApp]:
        """For apps that may manage it; others get 48002."""
        calls = {
            "kf/sync_msg": self.pulling.sync,
            "kf/send_msg": self.sending.send,
            "kf/send_msg_on_event": self.sending.on_event,
            "kf/service_state/get": self.sending.state,
            "kf/service_state/trans": self.sending.change_state,
            "kf/account/list": self.sending.accounts,
            "kf/add_contact_way": self.sending.contact_way,
        }

        def guarded(name: str) -> ForApp:
            def call(app: App, asked: Asked) -> Json:
                if not app.manages_kf:
                    raise ApiError(Errcode.NOT_ALLOWED)
                return calls[name](asked.body)

            return call

        return {name: guarded(name) for name in calls}


def kf_of(platform: Platform, callbacks: AppCallbacks) -> Kf:
    """Put it together."""
    book = KfBook(platform, callbacks)
    return Kf(book, KfPulling(book), KfSending(book), KfPeople(book))
