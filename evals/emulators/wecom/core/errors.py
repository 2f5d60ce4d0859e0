"""The platform's errors: numbers and texts as callers get them. The table holds every code the emulator can give."""

from enum import IntEnum


class Errcode(IntEnum):
    """Codes the emulator gives by itself; any other can be injected as a fault."""

    BUSY = -1
    OK = 0
    CONFLICT = 6000
    BAD_SECRET = 40001
    BAD_USER = 40003
    BAD_MEDIA_TYPE = 40004
    BAD_TYPE = 40005
    BAD_FILE_SIZE = 40006
    BAD_MEDIA_ID = 40007
    BAD_MSGTYPE = 40008
    BAD_IMAGE_SIZE = 40009
    BAD_CORPID = 40013
    BAD_TOKEN = 40014
    BAD_CHARSET = 40033
    BAD_CHATID = 40050
    BAD_AGENTID = 40056
    BAD_PARAMETER = 40058
    BAD_EXTERNAL = 40096
    OA_SECRET = 40125
    OA_IP = 40164
    NO_TOKEN = 41001
    TOKEN_EXPIRED = 42001
    BAD_TASK_ID = 42014
    BAD_BUTTON_KEY = 42018
    NO_BUTTON_KEY = 42019
    NO_BUTTON_TEXT = 42020
    NO_CALLBACK = 43012
    EMPTY_CONTENT = 44004
    FILE_TOO_LARGE = 45001
    CONTENT_TOO_LONG = 45002
    TOO_FREQUENT = 45009
    OA_TOO_LATE = 45015
    OA_QUOTA = 45047
    BAD_JSON = 47001
    OA_NOT_ALLOWED = 48001
    NOT_ALLOWED = 48002
    IP_NOT_ALLOWED = 60020
    NO_RECEIVER = 81013
    CHAT_UNKNOWN = 86001
    WEBHOOK_KEY = 93000
    KF_UNKNOWN = 95000
    KF_QUOTA = 95001
    KF_TOO_LATE = 95002
    KF_BAD_TOKEN = 95007
    KF_MENU_ITEMS = 95008
    KF_MENU_TYPE = 95009
    KF_ENDED = 95013
    KF_SERVICER = 95014
    KF_CHANGE = 95016
    KF_NO_API = 95017
    KF_STATE = 95018
    FOREIGN_AGENT = 301002
    BOT_SECRET = 600041
    BAD_REQ_ID = 846605
    STREAM_EXPIRED = 846608
    NOT_SUBSCRIBED = 846609


TEXTS = {
    Errcode.BUSY: "system busy",
    Errcode.OK: "ok",
    Errcode.CONFLICT: "more than one callers at the same time, data version conflict",
    Errcode.BAD_SECRET: "invalid credential",
    Errcode.BAD_USER: "invalid userid",
    Errcode.BAD_MEDIA_TYPE: "invalid media type",
    Errcode.BAD_TYPE: "invalid type parameter",
    Errcode.BAD_FILE_SIZE: "invalid file size",
    Errcode.BAD_MEDIA_ID: "invalid media_id",
    Errcode.BAD_MSGTYPE: "invalid message type",
    Errcode.BAD_IMAGE_SIZE: "invalid image size",
    Errcode.BAD_CORPID: "invalid corpid",
    Errcode.BAD_TOKEN: "invalid access_token",
    Errcode.BAD_CHARSET: "invalid charset. not utf-8 or escaped as \\uXXXX",
    Errcode.BAD_CHATID: "invalid chatid",
    Errcode.BAD_AGENTID: "invalid agentid",
    Errcode.BAD_PARAMETER: "invalid request parameter",
    Errcode.BAD_EXTERNAL: "invalid external userid",
    Errcode.OA_SECRET: "invalid appsecret",
    Errcode.OA_IP: "invalid ip",
    Errcode.NO_TOKEN: "access_token missing",
    Errcode.TOKEN_EXPIRED: "access_token expired",
    Errcode.BAD_TASK_ID: "invalid task_id",
    Errcode.BAD_BUTTON_KEY: "invalid button key",
    Errcode.NO_BUTTON_KEY: "button key missing",
    Errcode.NO_BUTTON_TEXT: "button text missing",
    Errcode.NO_CALLBACK: "callback url required",
    Errcode.EMPTY_CONTENT: "empty content",
    Errcode.FILE_TOO_LARGE: "media file is too large",
    Errcode.CONTENT_TOO_LONG: "content exceed max length",
    Errcode.TOO_FREQUENT: "api freq out of limit",
    Errcode.OA_TOO_LATE: "response out of time limit or subscription is canceled",
    Errcode.OA_QUOTA: "out of response count limit",
    Errcode.BAD_JSON: "data format error",
    Errcode.OA_NOT_ALLOWED: "api unauthorized",
    Errcode.NOT_ALLOWED: "api forbidden",
    Errcode.IP_NOT_ALLOWED: "not allow to access from your ip",
    Errcode.NO_RECEIVER: "user & party & tag all invalid",
    Errcode.CHAT_UNKNOWN: "chat not found, or nobody has written to the bot there",
    Errcode.WEBHOOK_KEY: "invalid webhook url",
    Errcode.KF_UNKNOWN: "invalid open_kfid",
    Errcode.KF_QUOTA: "send msg count limit",
    Errcode.KF_TOO_LATE: "send msg time limit",
    Errcode.KF_BAD_TOKEN: "invalid msg token",
    Errcode.KF_MENU_ITEMS: "too many menu items",
    Errcode.KF_MENU_TYPE: "invalid menu item type",
    Errcode.KF_ENDED: "conversation end",
    Errcode.KF_SERVICER: "user is not a servicer",
    Errcode.KF_CHANGE: "invalid change of service state",
    Errcode.KF_NO_API: "the account is not managed by api",
    Errcode.KF_STATE: "send msg session status invalid",
    Errcode.FOREIGN_AGENT: "agentid does not belong to this secret",
    Errcode.BOT_SECRET: "invalid bot_id or secret",
    Errcode.BAD_REQ_ID: "invalid req_id",
    Errcode.STREAM_EXPIRED: "stream message update expired (>6 minutes), cannot update",
    Errcode.NOT_SUBSCRIBED: "aibot websocket not subscribed",
}


class ApiError(Exception):
    """What the platform answers instead of what was asked for. `detail` follows the code's own text."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        known = TEXTS[Errcode(errcode)] if errcode in TEXTS else "error"
        self.errcode = int(errcode)
        self.errmsg = f"{known}, {detail}" if detail else known
        super().__init__(f"{self.errcode} {self.errmsg}")
