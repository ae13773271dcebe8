"""The anthropic SDK takes the lab for the Anthropic API, and its Bedrock and Vertex clients for the clouds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest

from ccsetup.lab.fault import Error, Fault
from ccsetup.lab.lab import Lab
from tests.support.lazy import Lazy

if TYPE_CHECKING:
    import anthropic
else:
    anthropic = Lazy("anthropic")

TURN: Sequence[anthropic.types.MessageParam] = ({"role": "user", "content": "ping"},)


def client(lab: Lab, name: str = "console") -> anthropic.Anthropic:
    secret = next(one.secret for one in lab.world.anthropic.login if one.name == name)
    return anthropic.Anthropic(api_key=secret, base_url=lab.url, max_retries=0, timeout=5)


def said(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


@pytest.mark.thorough
def test_models_are_paged_newest_first_and_without_the_retired(lab: Lab) -> None:
    ids = [model.id for model in client(lab).models.list(limit=4)]
    assert ids[0] == "claude-fable-5-2"
    assert ids == [model.id for model in client(lab).models.list(limit=1000)]
    assert "claude-opus-4-1-20250805" not in ids
    assert len(ids) == len(set(ids)) == 15


@pytest.mark.thorough
def test_cursors_work_both_ways(lab: Lab) -> None:
    models = client(lab).models
    whole = [model.id for model in models.list(limit=1000)]
    assert [model.id for model in models.list(after_id=whole[2], limit=2).data] == whole[3:5]
    assert [model.id for model in models.list(before_id=whole[4], limit=2).data] == whole[2:4]
    with pytest.raises(anthropic.BadRequestError):
        models.list(after_id="claude-9")


def test_a_lifecycle_has_its_dates_and_can_be_asked_for(lab: Lab) -> None:
    [sonnet] = client(lab).models.list(lifecycle=["deprecated"]).data
    assert (sonnet.id, sonnet.line) == ("claude-sonnet-4-5-20250929", "sonnet")
    assert sonnet.retires_at is not None
    assert sonnet.retires_at.date() == datetime.date(2026, 11, 30)
    assert {model.lifecycle for model in client(lab).models.list(lifecycle=["retired"])} == {"retired"}
    lab.world = lab.world.on(datetime.date(2026, 11, 30))
    assert "claude-sonnet-4-5-20250929" not in [model.id for model in client(lab).models.list(limit=1000)]


def test_an_older_server_tells_four_fields(lab: Lab) -> None:
    old = msgspec.structs.replace(lab.world.anthropic, shape="four-fields")
    lab.world = msgspec.structs.replace(lab.world, anthropic=old)
    body = httpx.get(
        f"{lab.url}/v1/models", headers={"x-api-key": "sk-ant-api03-lab-console-AAAA"}, params={"limit": 1}
    ).json()
    assert body["data"][0].keys() == {"type", "id", "display_name", "created_at"}
    assert len(list(client(lab).models.list(limit=7))) == 15


def test_an_alias_is_resolved_and_a_stranger_is_not_found(lab: Lab) -> None:
    assert client(lab).models.retrieve("claude-haiku-4-5").id == "claude-haiku-4-5-20251001"
    with pytest.raises(anthropic.NotFoundError):
        client(lab).models.retrieve("claude-9")


def test_messages_stream_count_and_tell_their_limits(lab: Lab) -> None:
    messages = client(lab).messages
    raw = messages.with_raw_response.create(model="claude-opus-5-5", max_tokens=1, messages=TURN)
    assert int(raw.headers["anthropic-ratelimit-requests-limit"]) == 4000
    assert raw.headers["anthropic-organization-id"].endswith("c0de")
    assert said(raw.parse()) == "pong"
    with messages.stream(model="claude-opus-5-5", max_tokens=1, messages=TURN) as stream:
        assert stream.get_final_text() == "pong"
    assert messages.count_tokens(model="claude-opus-5-5", messages=TURN).input_tokens == 10


def test_keys_and_credit_are_checked(lab: Lab) -> None:
    wrong = anthropic.Anthropic(api_key="sk-ant-api03-wrong", base_url=lab.url, max_retries=0)
    with pytest.raises(anthropic.AuthenticationError):
        wrong.models.list()
    assert client(lab, "broke").models.list().data
    with pytest.raises(anthropic.BadRequestError, match="credit balance is too low"):
        client(lab, "broke").messages.create(model="claude-opus-5-5", max_tokens=1, messages=TURN)


def test_a_specimen_keeps_its_error_code_and_headers(lab: Lab) -> None:
    details = {"error_code": "enforced_spend_limit_reached"}
    headers = (("retry-after", "7"),)
    lab.inject(Fault(Error(429, "rate_limit_error", "You have reached your limit", details, headers), "anthropic"))
    with pytest.raises(anthropic.RateLimitError) as caught:
        client(lab).models.list()
    assert caught.value.body == {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "You have reached your limit", "details": details},
        "request_id": caught.value.request_id,
    }
    assert caught.value.response.headers["retry-after"] == "7"


def test_a_stream_can_end_in_an_error(lab: Lab) -> None:
    lab.inject(Fault(Error(529, "overloaded_error", "Overloaded", midstream=True), operation="CreateMessage"))
    with (
        pytest.raises(anthropic.APIStatusError, match="Overloaded"),
        client(lab).messages.stream(model="claude-opus-5-5", max_tokens=1, messages=TURN) as stream,
    ):
        stream.until_done()


def test_the_sdks_bedrock_and_vertex_clients_work_too(lab: Lab) -> None:
    bedrock = anthropic.AnthropicBedrock(
        aws_access_key="AKIALABADA0000000000",
        aws_secret_key="x",
        aws_region="us-east-1",
        base_url=lab.base_urls["bedrock"],
        max_retries=0,
    )
    vertex = anthropic.AnthropicVertex(
        access_token="ya29.lab-ada",
        project_id="acme-ml",
        region="global",
        base_url=lab.base_urls["vertex"],
        max_retries=0,
    )
    for made, model in ((bedrock, "us.anthropic.claude-opus-5-5"), (vertex, "claude-opus-5-5")):
        answer = made.messages.create(model=model, max_tokens=1, messages=TURN)
        assert said(answer) == "pong"
        with made.messages.stream(model=model, max_tokens=1, messages=TURN) as stream:
            assert stream.get_final_text() == "pong"


def test_a_subscriptions_login_can_be_renewed(lab: Lab) -> None:
    body = {"grant_type": "refresh_token", "refresh_token": "sk-ant-ort01-lab-subscriber-AAAA"}
    assert httpx.post(f"{lab.url}/v1/oauth/token", json=body).json()["access_token"].startswith("sk-ant-oat01-")
