from pathlib import Path
from tests.support.product import *
from tests.journeys.conftest import *
async def test_x(approver):
    p=Path("/work/shared/data/tiktok_creators_public.csv")
    print(await import_creators(approver,name=p.name,content=p.read_bytes()))
    print((await approver.daren.index.info()))
    pr=await approver.daren.queries.creator(approver.scope,"khaby.lame"); print(pr)
    for q in ("找5个搞笑达人，粉丝1000万以上","找10个达人，粉丝1000万以上","找搞笑达人","find comedy creators with over 10m followers", "找20个跳舞的达人"):
        r=await approver.ask(q); print(q, r.text, [(i.handle,i.followers,i.categories) for c in r.cards for i in c.items])
    assert 0
