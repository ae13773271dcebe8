"""The lab misbehaves on request, keeps count, carries a crowd, and starts at once."""

import dataclasses
import http.client
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import httpx
import pytest

from ccsetup.lab.call import Call, Fails, Service
from ccsetup.lab.errors import render
from ccsetup.lab.fault import Drip, Fault, Flood, Hang, Reset, Slow, Truncate, html, redirect
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import default
from tests.support.lab_world import aws_client

KEY = {"x-api-key": "sk-ant-api03-lab-console-AAAA"}


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(tls=True) as lab:
        yield lab


def models(lab: Lab, timeout: float = 2) -> httpx.Response:
    return httpx.get(f"{lab.url}/v1/models", headers=KEY, timeout=timeout)


def test_a_fault_befalls_what_it_names_and_nothing_else(lab: Lab) -> None:
    said = "Too many requests, please wait before trying again."
    lab.inject(Fault.from_specimen("bedrock", 429, "ThrottlingException", said, place="eu-west-1", identity="my-prod"))
    spared = (aws_client(lab, "bedrock"), aws_client(lab, "bedrock", "eu-west-1", "claude-only"))
    for client in (*spared, aws_client(lab, "sts", "eu-west-1")):
        operation = (
            "get_caller_identity" if client.meta.service_model.service_name == "sts" else "list_inference_profiles"
        )
        assert getattr(client, operation)()
    struck = aws_client(lab, "bedrock", "eu-west-1")
    with pytest.raises(struck.exceptions.ThrottlingException, match="Too many requests"):
        struck.list_inference_profiles()


def test_a_fault_wears_out_and_the_first_injected_counts(lab: Lab) -> None:
    first = Fault.from_specimen("anthropic", 529, "overloaded_error", "Overloaded", times=2)
    lab.inject(first, Fault.from_specimen("anthropic", 500, "api_error", "Internal server error", times=1))
    assert [models(lab).status_code for _ in range(4)] == [529, 529, 500, 200]


@pytest.mark.parametrize("service", get_args(Service))
def test_every_service_has_a_wire_form_for_a_refusal(service: Service) -> None:
    call = Call("GET", "http", "127.0.0.1", "/", (), {}, b"")
    answer = render(service, call, Fails(403, "SomeCode", "its <own> words"))
    assert answer.status == 403
    assert b"its <own> words" in answer.body.replace(b"&lt;", b"<").replace(b"&gt;", b">")


def test_a_hanging_server_is_left_by_its_client(lab: Lab) -> None:
    lab.inject(Fault(Hang()))
    with pytest.raises(httpx.ReadTimeout):
        models(lab, timeout=0.2)
    assert len(lab.requests_for("ListModels")) == 1


def test_a_reset_a_truncated_and_a_dripped_answer_arrive_as_such(lab: Lab) -> None:
    lab.inject(Fault(Reset(), times=1), Fault(Truncate(20), times=1), Fault(Drip(size=2000, ms=20)))
    with pytest.raises(httpx.ReadError):
        models(lab)
    with pytest.raises(httpx.RemoteProtocolError, match="20 bytes"):
        models(lab)
    began = time.monotonic()
    assert models(lab).json()["data"]
    assert time.monotonic() - began > 0.03


def test_a_page_for_people_a_redirect_and_a_flood_can_be_served(lab: Lab) -> None:
    lab.inject(
        Fault(html("Corporate proxy: sign in", 200), times=1),
        Fault(redirect("http://127.0.0.1:9/login"), times=1),
        Fault(Flood(3_000_000)),
    )
    assert "Corporate proxy" in models(lab).text
    assert models(lab).headers["location"] == "http://127.0.0.1:9/login"
    assert len(models(lab).content) >= 3_000_000


def test_latency_is_waited_once_a_request_and_slowness_adds_to_it(lab: Lab) -> None:
    lab.latency_ms = 100
    lab.inject(Fault(Slow(100), times=1))
    began = time.monotonic()
    models(lab)
    assert time.monotonic() - began >= 0.2


@pytest.mark.thorough
def test_two_hundred_requests_at_once_wait_together(lab: Lab) -> None:
    lab.latency_ms = 200
    with ThreadPoolExecutor(200) as pool, httpx.Client(limits=httpx.Limits(max_connections=200)) as client:
        began = time.monotonic()
        found = list(pool.map(lambda _: client.get(f"{lab.url}/v1/models", headers=KEY, timeout=20), range(200)))
        took = time.monotonic() - began
    assert {one.status_code for one in found} == {200}
    assert len(lab.requests_for("ListModels")) == 200
    assert took < 200 * 0.2 / 4  # one after the other would take 40 s


def test_a_connection_is_kept_for_the_next_request(lab: Lab) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(lab.url.rpartition(":")[2]))
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/v1/models", headers=KEY)
        connection.getresponse().read()
        assert connection.sock is socket


def test_a_host_without_bedrock_gives_no_answer(lab: Lab) -> None:
    for host in ("bedrock.ap-east-1.amazonaws.com", "bedrock.xx-nowhere-1.amazonaws.com"):
        token = next(one.bearer for one in lab.world.aws.identity if one.bearer)
        headers = {"host": host, "authorization": f"Bearer {token}"}
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{lab.url}/inference-profiles", headers=headers)


def test_the_proxy_answers_in_the_name_of_any_host(lab: Lab) -> None:
    context = ssl.create_default_context(cafile=str(lab.ca_file))
    with httpx.Client(proxy=lab.url, verify=context, trust_env=False) as client:
        assert client.get("https://api.anthropic.com/v1/models", headers=KEY).status_code == 200
        bearer = {"authorization": "Bearer ya29.lab-ada", "x-goog-user-project": "acme-ml"}
        listed = "v1beta1/publishers/anthropic/models"
        for host, place in (("us-central1-aiplatform", "us-central1"), ("aiplatform", "global")):
            assert client.get(f"https://{host}.googleapis.com/{listed}", headers=bearer).status_code == 200
            assert lab.requests[-1].place == place
    assert lab.requests[0].host == "api.anthropic.com"


def test_the_world_is_frozen_and_strictly_read() -> None:
    world = default()
    with pytest.raises(AttributeError):
        world.today = world.today  # type: ignore[misc]
    ids = [model.id for model in world.aws.model]
    assert len(ids) == len(set(ids))
    for quota in world.aws.quota:
        assert all(name.split(".", 1)[1] in ids for name in quota.models)
    assert dataclasses.is_dataclass(Fault)


@pytest.mark.thorough
def test_it_starts_without_an_sdk_or_the_machine() -> None:
    script = (
        "import sys\nfrom ccsetup.lab.lab import Lab\n"
        "with Lab(tls=True) as lab: pass\n"
        "print(*sorted(sys.modules))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('ccsetup.')))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    packages, ours = (set(line.split()) for line in out.splitlines())
    heavy = {"boto3", "botocore", "google.auth", "google.api_core", "anthropic", "requests", "httpx", "trustme"}
    assert not packages & heavy
    assert {name.split(".")[1] for name in ours} <= {"lab", "content", "refusal"}
