"""Every request in words the lexicon was not written from: one way of asking a line, under the tools it plans."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import PlannedCall, PlanningContext

CONTEXT = PlanningContext(
    today=date(2026, 11, 20),
    shortlist=tuple(f"creator_{rank}" for rank in range(1, 21)),
    open_batches=("K3",),
    batch_sizes={"K3": 6},
    products=("折叠水壶", "Folding Kettle"),
    last_focus="tea.tom",
)
ASKED = {
    "translate": [
        "「下周给您寄出」韩语咋写",
        "麻烦把下面这段弄成越南语：我们需要一条15秒的视频",
        "对方发来的「Je ne suis pas disponible」帮我看看啥意思",
        "I don't speak German, what's \"leider keine Zeit\" in English",
        'could you turn "佣金是按成交算的" into English for me',
        "translate her message: no gracias, estoy ocupada",
        "「样品到了吗」用西班牙语怎么说",
        'what does "me encanta" mean',
    ],
    "check_compliance": [
        "「包瘦十斤」这种能写进视频标题不",
        "这句话发出去会不会违规：全网第一",
        "德国市场这么讲合法吗：「三天去皱」",
        'would TikTok flag "guaranteed results"?',
        "does this line pass policy: best in the world",
        'check the wording "100% natural cure" for the UK please',
        "帮我看看这句能不能发：用了就白",
        'is "number one in Europe" okay to say in Germany?',
    ],
    "preferences.list": [
        "你现在都替我记着啥",
        "recap the preferences you've stored for me",
        "do you still remember my rules?",
        "你都记了我哪些偏好",
    ],
    "preferences.set": [
        "从现在开始，不发坑位费",
        "往后写给达人的都用葡语",
        "记一下：我们不做内衣类",
        "keep in mind that we only ship to the US",
        "以后默认找英国达人",
        "from now on keep messages short",
    ],
    "preferences.forget": [
        "不用记葡语那条了",
        "把我说的坑位费规则删掉",
        "please drop the Malaysia rule you saved",
        "forget what I said about shipping only to the US",
    ],
    "quota_status": [
        "今天的邀约额度还够发20封吗",
        "我这周还能触达几位达人",
        "发送次数还有剩吗",
        "do we have any sends left today",
        "how much of the daily limit is used up",
        "how many outreach messages can still go out this week",
    ],
    "subscribe_digest": [
        "晚上九点半给我推一份简报，每天都要",
        "周末就别推日报了",
        "简报改周一三五早上8点发",
        "daily digest at 7pm from now on, please",
        "I no longer want the daily digest",
        "move my morning briefing to 10:15",
        "日报改成早上8点半发",
    ],
    "digest": [
        "今天有啥值得说的，给我来个小结",
        "上个月的月报给我",
        "what did I miss yesterday",
        "weekly report please",
        "今天的情况总结一下",
    ],
    "cancel_follow_ups": [
        "前两个的跟进不做了",
        "@lily_bakes 那条自动提醒关掉吧",
        "把第1个的跟进撤了",
        "cancel every follow-up for the top 3",
    ],
    "list_follow_ups": [
        "后面几天要跟进的都有谁",
        "我设了几个自动跟进",
        "what reminders have I set up",
        "which creators are on a follow-up schedule",
        "最近排了什么跟进",
    ],
    "schedule_follow_up": [
        "@lily_bakes 要是一周没回我就再提醒一次",
        "前三个，四天后跟进",
        "收货两周还没出片的，自动催一下，最多催两次",
        "下个月3号提醒我联系第2个",
        "no answer in five days? follow up again with the top 4",
        "set up a nudge for @lily_bakes two weeks after delivery if she hasn't posted",
        "每周跟进一次@nia.home，跟三次",
        "follow up with the first four in 5 days if they don't answer",
    ],
    "list_drafts": [
        "现在有多少封在等我点头",
        "M2 那批审完没",
        "被我毙掉的几条给我看看",
        "还没送出去的有哪些",
        "那批检测没通过的草稿在哪",
        "show me everything that needs my ok",
        "what's inside batch K3",
        "did any drafts fail the compliance check",
        "which ones did I turn down",
        "how many invites have been sent so far",
        "还没批的邀约列给我",
        "which invites are waiting for my approval",
        "show the ones that already went out",
    ],
    "list_replies": [
        "有没有新的回信",
        "谁嫌给得少",
        "哪位达人想先试样品",
        "@lily_bakes 给答复了吗",
        "有谁明确说不合作",
        "谁不想再收到我们的消息",
        "which creators want higher commission",
        "anyone up for working with us?",
        "who asked where to send their address",
        "who have we left hanging",
        "any questions from creators that we haven't answered",
        "都有谁答复我们了",
        "有没有人说感兴趣",
        "哪几个达人要看样品",
        "what has @nia.home written back",
        "did anybody ask about commission",
    ],
    "list_shortlists": [
        "我攒了几份名单了",
        "存下来的名单都有啥",
        "show the shortlists I've made",
        "看下我有哪些名单",
    ],
    "export_shortlist": [
        "给我一份这批人的Excel",
        "第2到第6个导成csv",
        "export ranks 3 to 7 as xlsx",
        'can you put "summer" into a spreadsheet for me',
        "前15个导成表格",
        'export "xmas picks" to excel',
    ],
    "save_shortlist": [
        "这批先留着，名字就叫夏日一",
        "第1、4、7个收进「夏日」里",
        "把这些人保存，名单名：夏日二",
        "save the first four under the name summer one",
        'stash this list as "summer two"',
        "create a shortlist called summer from these",
        "保存成「圣诞候选」",
        'save numbers 2 to 5 as "xmas picks"',
    ],
    "open_shortlist": [
        "把夏日一名单打开",
        "看一下「夏日」那份名单里的人",
        "reopen the shortlist summer one",
        'show me who is in "summer two"',
        'go back to my "summer" list',
        "把「圣诞候选」打开",
        'load "xmas picks"',
    ],
    "campaigns.plan": [
        "准备做个儿童节活动，分两轮，隔三天发一轮",
        "帮我起一个「返场」活动方案",
        'create a campaign called "flash week" with 4 rounds every 2 days',
        "I'd like to plan a Diwali campaign, two rounds",
        "做个圣诞活动，2轮，每4天一轮",
        "set up a Christmas campaign with 2 rounds every 4 days",
    ],
    "campaigns.show": [
        "「返场」这场活动跑得怎么样了",
        "给我看儿童节活动的详情",
        'pull up campaign "diwali"',
        "看看圣诞活动进展",
    ],
    "campaigns.list": [
        "现在有几场活动在跑",
        "which campaigns have we set up",
        "我们现在都有什么活动",
    ],
    "products.list": [
        "店里现在有哪些产品可以推",
        "把商品列给我",
        "what products have we got",
        "list our items",
        "看下我们的产品都有啥",
    ],
    "products.add": [
        "新增一款：竹纤维毛巾，9.9刀，卖点 吸水、速干",
        'create product "Bamboo Towel", price $9.9, commission cap 25%',
        "add Bamboo Towel as a product, we can send samples",
        "加一个产品叫磁吸支架，12美金，佣金不超过20%",
    ],
    "products.change": [
        "折叠水壶降价到15美金",
        "折叠水壶的链接更新成 https://shop.example.com/p/11",
        "把折叠水壶改成不寄样",
        "the Folding Kettle's max commission is now 22%",
        "Folding Kettle costs $17 from now on",
        "set the Folding Kettle's commission cap at 18%",
    ],
    "samples.record": [
        "第5个的快递显示已签收",
        "给@lily_bakes的样品今天发出了，单号 YT8899001122",
        "第3个的样品弄丢了，记录一下",
        "mark @lily_bakes's sample as lost",
        "number 2's parcel arrived yesterday",
        "sample for number 7 went out, tracking 1Z999AA10123456784",
        "@nia.home 说样品已经拿到了，记一下",
        "mark the sample for number 3 as lost",
    ],
    "samples.list": [
        "还有哪些样品没到",
        "五天内要交视频的有谁",
        "丢件的样品列一下",
        "what's the status of our samples",
        "看看哪些人该交视频了",
        "which samples haven't arrived",
    ],
    "crm_update": [
        "第2个和第5个给阿芳跟",
        "@lily_bakes 已经谈妥了，阶段改一下",
        "给第1个贴个「优质」标签",
        "前3个都标成洽谈中",
        "第8个拉进黑名单",
        "把@lily_bakes的「观望」标签拿掉，换成「已合作」",
        "put @lily_bakes down as replied",
        'tag 1 and 3 as "gifting"',
        "number 5 is Fang's from now, change the owner",
        "note on number 2: only shoots at weekends",
        'remove "maybe" from number 4 and add "yes"',
        "ban @spam.king",
        "把@nia.home放到谈判中",
        "给第1到第3个加个「圣诞」标签",
        'tag @nia.home "christmas" and note she prefers email',
        "set number 9 as sample sent",
    ],
    "performance": [
        "这周每天的订单走势",
        "哪个达人带得最多",
        "上个月各产品的退货率",
        "佣金这个月花了多少钱",
        "为什么昨天单量掉了",
        "跟上周比GMV怎么样",
        "which creator brought in the most sales last month",
        "how did the Folding Kettle sell this week",
        "reply rate by template for the last 90 days",
        "show a chart of daily orders this month",
        "what's the ROI on samples",
        "这个月卖了多少",
        "which products had the highest refund rate last month",
    ],
    "draft_messages": [
        "第3个回复一下，说佣金能到18%",
        "给前五个各来一封邀约，寄样，佣金17个点",
        "催一下@lily_bakes 发视频",
        "用法语给第2个写封邀请，简短",
        "谢谢@lily_bakes 帮我们拍视频，写一条",
        "邀请名单里所有人，推折叠水壶",
        "问第1个愿不愿意收样品试试",
        "没回的再敲一下",
        "她要200刀坑位费，跟她砍到150",
        "write @lily_bakes a warm thank-you for her video",
        "invite ranks 1 through 5, 17% commission, samples included",
        "remind @lily_bakes to post her video",
        "counter number 6 at 15%",
        "chase the people who never answered",
        "pitch the Folding Kettle to everyone on the list, $50 flat fee",
        "compose a short email to the first two in French",
        "给第2、4、8个发邀请，推折叠水壶，佣金给18%",
        "给第7个写封感谢，她视频拍得不错",
        "向前6个发出合作邀约，坑位费150美元，邮件发",
        "第3个觉得佣金太少，跟他商量，最高到20%",
        "write a polite nudge to those who never got back to us",
        "draft an invite for number 8, 16% and we'll ship a sample",
        "invite everyone except 2 and 7, commission 13%",
    ],
    "revise_drafts": [
        "K3里第1条太长，压缩下",
        "把第4条佣金改为16%",
        "K3整批换成更热情的口吻",
        "第2封开头加一句恭喜她破万粉",
        "make K3 number 1 shorter",
        "set the commission of draft 4 to 16%",
        "add a line about free shipping to K3 2 and 3",
        "把K3的2和5都改成18%佣金",
        "K3第6条写得太长了",
        "make K3 1 and 2 sound friendlier",
        "could you shorten number 4 in K3",
    ],
    "quota_status then draft_messages": [
        "先看看今天还能发几条，够的话给前4个写邀约",
    ],
    "save_shortlist then export_shortlist": [
        "把这批存成「夏日」，顺便导个csv",
    ],
    "crm_update then crm_update": [
        "第1个标为已回复，第2个拉黑",
    ],
    "list_replies then draft_messages": [
        "看看谁问价了，然后给第2个写个砍价的，最多14%",
        "看看谁感兴趣，给第1个写个回复",
    ],
    "crm_update then schedule_follow_up": [
        "@lily_bakes 标成洽谈中，5天后提醒我跟进",
    ],
    "samples.record then draft_messages": [
        "第3个样品签收了记一下，再给她写个感谢",
    ],
    "translate then draft_messages": [
        "把「we love it」翻成中文，然后回复@lily_bakes",
    ],
    "open_shortlist then draft_messages": [
        "打开「夏日」，给前3个发邀约",
    ],
    "performance then performance": [
        "上周GMV多少？退款率呢，按产品看",
    ],
    "draft_messages then crm_update": [
        'write an invite to number 2 and tag her as "priority"',
    ],
    "list_drafts then quota_status": [
        "what's waiting for approval and how many can we still send today?",
    ],
    "show_creator then draft_messages": [
        "show me number 4 and write him an invite at 20%",
    ],
    "save_shortlist then draft_messages": [
        'save the top 5 as "summer", then invite them, 15%',
    ],
    "list_replies then list_drafts": [
        "any replies? also which drafts are still pending",
    ],
    "crm_update then quota_status": [
        "block number 9 and check the quota",
    ],
    "products.list then campaigns.list": [
        "列下产品，再看看有哪些活动",
    ],
    "cancel_follow_ups then crm_update": [
        "取消第2个的跟进，并把他标成已拒绝",
    ],
    "search_creators then draft_messages": [
        "找15个法国美妆达人，给前5个写邀约，佣金15%",
    ],
    "crm_update then list_drafts": [
        "第4个拉黑，再看下没批的草稿",
    ],
    "performance then quota_status": [
        "上个月GMV多少，今天还能发几条",
    ],
}


def _named(call: PlannedCall) -> str:
    action = call.arguments.get("action")
    return f"{call.name}.{action}" if action else call.name


@pytest.mark.parametrize(("asked", "text"), [(asked, text) for asked, texts in ASKED.items() for text in texts])
def test_a_request_is_known_in_other_words(asked: str, text: str) -> None:
    assert " then ".join(_named(call) for call in plan(text, CONTEXT).calls) == asked


@pytest.mark.parametrize(
    "text",
    [
        "帮我写首关于春天的诗",
        "讲个段子",
        "今天会下雨吗",
        "给我推荐部电影",
        "write me a short story",
        "recommend me a good movie",
    ],
)
def test_what_is_none_of_our_work_is_quoted_back(text: str) -> None:
    read = plan(text, CONTEXT)
    assert read.calls == ()
    assert read.not_understood
