"""How long a short-term Bedrock API key lasts is read from the key itself, and from nothing that is none."""

import base64
import datetime

import pytest

from ccsetup.doctor.probes import aws_expiry

NOW = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)


def key(query: str) -> str:
    return "bedrock-api-key-" + base64.b64encode(f"bedrock.amazonaws.com/?{query}".encode()).decode()


@pytest.mark.parametrize(
    ("query", "minutes"),
    [
        ("Action=CallWithBearerToken&X-Amz-Date=20261122T113000Z&X-Amz-Expires=3600&Version=1", 30),
        ("x-amz-expires=43200&x-amz-date=20261122T113000Z", 690),
        ("X-Amz-Date=20261121T113000Z&X-Amz-Expires=43200", -750),
    ],
)
def test_a_short_term_key_tells_its_end(query: str, minutes: int) -> None:
    assert aws_expiry.of_key(key(query), NOW) == minutes
    assert aws_expiry.of_key(key(query).rstrip("="), NOW) == minutes


@pytest.mark.parametrize(
    "other",
    [
        "ABSKQmVkcm9ja0FQSUtleS1sYWIw",
        "bedrock-api-key-",
        "bedrock-api-key-%%%",
        "bedrock-api-key-QUJD",
        key("X-Amz-Date=yesterday&X-Amz-Expires=3600"),
        key("X-Amz-Date=20261122T113000Z&X-Amz-Expires=soon"),
        key(f"X-Amz-Date=20261122T113000Z&X-Amz-Expires={'9' * 30}"),
        key("X-Amz-Date=20261122T113000Z"),
        "bedrock-api-key-" + base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_tells_no_end_has_none(other: str) -> None:
    assert aws_expiry.of_key(other, NOW) is None
