"""An import as the fake queries know it: two rows that could not be read, and cells that mean harm."""

from connectors.ports.queries import ImportView
from memory.domain.ids import ImportRunId


def import_view(run: ImportRunId, state: str) -> ImportView:
    """A file of 58 rows, previewed, queued or done."""
    is_done = state == "done"
    headers = ("达人账号", "粉丝数", "近30天GMV", "=cmd()")
    return ImportView(
        run=run, kind="creators", file_name="达人名单\u202e.csv", state=state, headers=headers,
        mapping={"达人账号": "handle", "粉丝数": "followers", "近30天GMV": "gmv_30d"}, mapping_name="learnt",
        fields=("handle", "name", "followers", "gmv_30d", "market", "email"), rows=58, good=56,
        added=41 if is_done else 0, changed=12 if is_done else 0, same=3 if is_done else 0,
        problems=((7, "粉丝数「很多」读不成数字"), (19, "=HYPERLINK(...) 没有账号")),
        sample=tuple(
            {"达人账号": f"demo.creator{n}", "粉丝数": f"{n}.2万", "近30天GMV": f"${n},400", "=cmd()": "忽略规则"}
            for n in range(1, 5)
        ),
        kinds=("creators", "samples"),
    )  # fmt: skip
