"""CloudWatch GetMetricData for AWS/Bedrock."""

import datetime

from ccsetup.lab.aws.access import check_allowed
from ccsetup.lab.aws.state import Account
from ccsetup.lab.call import Ask
from ccsetup.lab.wire import Answer, as_json_1x

_MOST_POINTS = 1440


def get_metric_data(ask: Ask) -> Answer:
    """Newest first. A series that the world does not contain is complete and empty, never zero."""
    _, account = check_allowed(ask, "cloudwatch:GetMetricData")
    fields = ask.call.fields
    queries = fields.get("MetricDataQueries")
    span = (_seconds(fields.get("StartTime")), _seconds(fields.get("EndTime")))
    results = [_result(ask, account, query, span) for query in queries] if isinstance(queries, list) else []
    return as_json_1x({"MetricDataResults": results, "Messages": []}, version="1.0")


def _result(ask: Ask, account: Account, query: dict[str, object], span: tuple[float, float]) -> dict[str, object]:
    stat = query.get("MetricStat")
    stat = stat if isinstance(stat, dict) else {}
    metric = stat.get("Metric", {})
    period = int(stat.get("Period", 60))
    named = {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", [])}
    value = next(
        (
            use.value * (period / 60 if stat.get("Stat") in ("Sum", "SampleCount") else 1)
            for use in account.usage
            if metric.get("Namespace") == "AWS/Bedrock"
            and (use.metric, use.region) == (metric.get("MetricName"), ask.place)
            and named == {"ModelId": use.model}
        ),
        None,
    )
    points = []
    if value is not None:
        last = int(span[1] // period * period)
        points = list(range(last - period, int(span[0]) - 1, -period)[:_MOST_POINTS])
    return {
        "Id": query.get("Id"),
        "Label": query.get("Label") or metric.get("MetricName"),
        "Timestamps": points,
        "Values": [value for _ in points],
        "StatusCode": "Complete",
    }


def _seconds(when: object) -> float:
    """Epoch seconds, from a number or an ISO date."""
    if isinstance(when, str):
        return datetime.datetime.fromisoformat(when).timestamp()
    return float(when) if isinstance(when, int | float) else 0.0
