"""From a question to what is read for it: rows, metrics, their order. Pure."""

from typing import Final

from memory.domain.performance import GROUPS, IN_TIME, GroupBy, Metric, Query
from tools.performance.arguments import Subject
from tools.performance.question import Question

USUAL_ROWS: Final = 10
_ROWS: Final = {
    Subject.CREATORS: GroupBy.CREATOR,
    Subject.PRODUCTS: GroupBy.PRODUCT,
    Subject.CAMPAIGN: GroupBy.CAMPAIGN,
    Subject.VIDEOS: GroupBy.CONTENT,
}
_USUAL: Final = {
    Subject.SHOP: (Metric.GMV, Metric.NET, Metric.ORDERS, Metric.REFUND_RATE, Metric.COMMISSION),
    Subject.CREATORS: (Metric.GMV, Metric.ORDERS, Metric.REFUND_RATE, Metric.COMMISSION),
    Subject.CREATOR: (Metric.GMV, Metric.NET, Metric.ORDERS, Metric.REFUND_RATE, Metric.COMMISSION, Metric.VIEWS),
    Subject.PRODUCTS: (Metric.GMV, Metric.UNITS, Metric.ORDERS, Metric.REFUND_RATE),
    Subject.CAMPAIGN: (Metric.GMV, Metric.ORDERS, Metric.REFUND_RATE, Metric.COMMISSION),
    Subject.VIDEOS: (Metric.VIEWS, Metric.GMV, Metric.ORDERS, Metric.CONVERSION_RATE),
    Subject.SAMPLES: (Metric.SAMPLE_ROI, Metric.POST_RATE),
    Subject.FUNNEL: (Metric.REPLY_RATE, Metric.POST_RATE),
}


def rows_of(question: Question) -> GroupBy | None:
    """What each row stands for: as asked, else as the subject has it; one product or campaign by name has none."""
    args, subject = question.args, question.subject
    if args.group_by is not None:
        return args.group_by
    one = (subject is Subject.PRODUCTS and args.product) or (subject is Subject.CAMPAIGN and args.campaign)
    return None if one else _ROWS.get(subject)


def query_of(question: Question) -> Query:
    """What to read: what orders rows is among the metrics, and usual ones that such rows cannot have are not."""
    args, rows = question.args, rows_of(question)
    metrics = args.metrics or tuple(one for one in _USUAL[question.subject] if rows is None or rows in GROUPS[one])
    order = args.order_by if isinstance(args.order_by, Metric) else None
    if order is None and rows is not None and rows not in IN_TIME and not isinstance(args.order_by, GroupBy):
        order = metrics[0]
    if order is not None and order not in metrics:
        metrics = (order, *metrics)
    return Query(
        question.period,
        metrics,
        question.filters,
        group_by=rows,
        order_by=order,
        descending=True if args.descending is None else args.descending,
        top=args.top or (None if rows is None or rows in IN_TIME else USUAL_ROWS),
        against=question.against,
        zone=args.timezone,
    )
