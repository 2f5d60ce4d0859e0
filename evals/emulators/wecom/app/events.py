"""The inner messages of an app's callbacks, before they are sealed."""

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.platform import Platform


def message(platform: Platform, app: App, userid: str, kind: str, fields: Json) -> str:
    """A message a person wrote or sent: text, image, voice, video, location, link."""
    head = _head(platform, userid, kind)
    return xml.write(head | fields | {"MsgId": platform.rng.randrange(10**15, 10**18), "AgentID": app.agentid})


def event(platform: Platform, app: App, userid: str, name: str, fields: Json | None = None) -> str:
    """Something a person did: subscribe, enter_agent, click, template_card_event …"""
    head = _head(platform, userid, "event") | {"Event": name}
    return xml.write(head | {"EventKey": ""} | (fields or {}) | {"AgentID": app.agentid})


def card_event(key: str, card: Json, response_code: str, selected: dict[str, list[str]] | None) -> Json:
    """The fields of a click: selections are left out for the corner menu (None)."""
    fields: Json = {
        "EventKey": key,
        "TaskId": card.get("task_id", ""),
        "CardType": card["card_type"],
        "ResponseCode": response_code,
    }
    if selected is not None:
        fields["SelectedItems"] = {
            "SelectedItem": [
                {"QuestionKey": question, "OptionIds": {"OptionId": ids}} for question, ids in selected.items()
            ]
        }
    return fields


def _head(platform: Platform, userid: str, kind: str) -> Json:
    return {
        "ToUserName": platform.corp.corpid,
        "FromUserName": userid,
        "CreateTime": int(platform.clock.now),
        "MsgType": kind,
    }
