"""Usage of Bedrock's limits, from CloudWatch."""

import datetime
from collections.abc import Iterable, Mapping

from ccsetup.providers.access import Access
from ccsetup.providers.aws import session

METRICS = {"tokens/minute": "EstimatedTPMQuotaUsage", "requests/minute": "Invocations"}

Use = tuple[float, float | None]


def usage(access: Access, region: str, pins: Iterable[str]) -> Mapping[tuple[str, str], Use]:
    """The peak minute of the last day, and of the last hour: {(pin, unit): both}.

    Pins without data are left out: that is not zero. Sends one request, which AWS bills per metric. The figures are an
    estimate that excludes reserved capacity.
    """
    pairs = [(pin, unit) for pin in pins for unit in METRICS]
    asked = {f"m{number}": pair for number, pair in enumerate(pairs)}
    answers = session.read_pages(
        access,
        region,
        "cloudwatch",
        "get_metric_data",
        "MetricDataResults",
        MetricDataQueries=[_query(id_, pin, METRICS[unit]) for id_, (pin, unit) in asked.items()],
        StartTime=access.now - datetime.timedelta(days=1),
        EndTime=access.now,
    )
    seen: dict[tuple[str, str], list[tuple[datetime.datetime, float]]] = {}
    for answer in answers:
        points = zip(answer.get("Timestamps", ()), answer.get("Values", ()), strict=False)
        seen.setdefault(asked[answer["Id"]], []).extend(points)
    hour = access.now - datetime.timedelta(hours=1)
    return {
        key: (max(value for _, value in points), max((value for at, value in points if at >= hour), default=None))
        for key, points in seen.items()
        if points
    }


def _query(id_: str, pin: str, metric: str) -> dict[str, object]:
    dimensions = [{"Name": "ModelId", "Value": pin}]
    named = {"Namespace": "AWS/Bedrock", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": id_, "MetricStat": {"Metric": named, "Period": 60, "Stat": "Sum"}}
