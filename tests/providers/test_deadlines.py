"""A request ends with its time, wherever it is kept waiting; and so does whatever asks about one profile."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ccsetup.providers import http
from ccsetup.providers.access import Access, Failed
from ccsetup.providers.listing import list_models
from ccsetup.system import deadline
from tests.providers.test_clouds import BEDROCK, VERTEX, access
from tests.support.program import EXECUTABLE, Done
from tests.support.selection import examples
from tests.support.slow import PLAIN, PROXIES, TLS, Does, slow
from tests.support.warm import Warm

SECONDS = 1  # for a request, here
ENDS = 30  # seconds of a command, as the contract has it
AWS_FILE = "[{}]\naws_access_key_id = AKIALAB\naws_secret_access_key = lab\n"
USER = '{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}'


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccsetup.providers.http.REQUEST_SECONDS", SECONDS)
    monkeypatch.setattr("ccsetup.providers.access.LOOK_SECONDS", 5 * SECONDS)


def late(call: Callable[[], object]) -> http.Unanswered:
    """What it raises, within thrice the time of a request."""
    with pytest.raises(http.Unanswered) as caught:
        deadline.within(3 * SECONDS, call)
    return caught.value


def cases(of: Mapping[str, Does], *quick: str) -> list[object]:
    return [*examples(of, *quick)]


@pytest.mark.parametrize("name", cases(PLAIN, "header-value", "100-continue", "chunk-size", "trailers"))
def test_request_ends_in_time(name: str) -> None:
    with slow(PLAIN[name]) as server:
        error = late(lambda: http.request("GET", server.url, {}, attempts=1))
    # A blank line is no status line: nothing is waited for.
    assert error.code == ("NotTheApi" if name == "blank-lines" else "ReadTimeoutError")


@pytest.mark.parametrize("name", cases(TLS, "tls-drips"))
def test_handshake_ends_in_time(name: str) -> None:
    with slow(TLS[name]) as server:
        error = late(lambda: http.request("GET", f"https://127.0.0.1:{server.port}", {}, attempts=1))
    assert error.code in ("ReadTimeoutError", "SSLError", "ConnectTimeoutError", "ConnectionClosedError")


@pytest.mark.parametrize("name", cases(PROXIES, "connect-headers"))
def test_way_through_a_proxy_ends_in_time(name: str) -> None:
    with slow(PROXIES[name]) as server:
        proxy = {"HTTPS_PROXY": server.url}
        error = late(lambda: http.request("GET", "https://api.anthropic.com/", proxy, attempts=1))
    assert error.code in ("ReadTimeoutError", "ProxyConnectionError", "ConnectTimeoutError", "ConnectionClosedError")


def asking(of: str, home: Path, url: str) -> Access:
    """Profiles whose every request goes to `url`, the ones for a token included."""
    (home / "adc.json").write_text(USER)
    match of:
        case "bedrock":
            keys = {"AWS_ACCESS_KEY_ID": "AKIALAB", "AWS_SECRET_ACCESS_KEY": "lab", "AWS_EC2_METADATA_DISABLED": "true"}
            return access(home, of, {**BEDROCK, "base_url": url}, keys)
        case "vertex":
            named = {"GOOGLE_APPLICATION_CREDENTIALS": str(home / "adc.json"), "CLOUDSDK_AUTH_TOKEN_HOST": f"{url}/t"}
            return access(home, of, {**VERTEX, "base_url": f"{url}/v1"}, named)
        case _:
            return access(home, of, {"base_url": url}, {}, key="sk-ant-api03-lab")


@pytest.mark.parametrize("name", cases(PLAIN, "header-value"))
@pytest.mark.parametrize("of", ["bedrock", "vertex", "api-key"])
def test_listing_ends_in_time_on_every_transport(tmp_path: Path, of: str, name: str) -> None:
    with slow(PLAIN[name]) as server:
        asked = asking(of, tmp_path, server.url)
        with pytest.raises(Failed) as caught:
            deadline.within(8 * SECONDS, lambda: list_models(asked))
    check = "endpoint-not-api" if name == "blank-lines" else "endpoint-unreachable"
    assert (caught.value.status, caught.value.finding.check) == ("unreachable", check)


def test_profile_whose_time_is_over_is_not_asked_about(tmp_path: Path) -> None:
    with slow(PLAIN["silent"]) as server:
        asked = asking("api-key", tmp_path, server.url)
        object.__setattr__(asked, "until", 0.0)
        with pytest.raises(Failed) as caught:
            list_models(asked)
    assert "within 0 seconds" in caught.value.words


COMMANDS = (
    "models {}",
    "models {} --json",
    "doctor {}",
    "doctor {} --live",
    "drift {}",
    "quota {}",
    "policy {}",
    "models {} --all-regions",
)
SECRET = "cmd:sleep 300"
PIN = {"models.opus": "us.anthropic.claude-opus-5-5"}


@pytest.fixture
def stuck(tmp_path: Path) -> Warm:
    """Profiles whose secret never comes, beside others."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text(AWS_FILE.format("p"))
    return Warm(home, {"AWS_EC2_METADATA_DISABLED": "true"})


@pytest.mark.thorough
@pytest.mark.parametrize("line", COMMANDS)
@pytest.mark.parametrize("name", ["header-value", "100-continue", "silent"])
def test_command_about_one_profile_ends_in_time(stuck: Warm, line: str, name: str) -> None:
    with slow(PLAIN[name]) as server:
        stuck.init("p", "bedrock", region="us-east-1", aws_profile="p", base_url=server.url, **PIN)
        moved = {**stuck.environment, "AWS_ENDPOINT_URL": server.url}
        done = ended(stuck.home, *line.format("p").split(), **moved)
    assert done.code in (1, 3), done
    assert "Traceback" not in done.err


@pytest.mark.thorough
@pytest.mark.parametrize("line", ["models {}", "doctor {}", "drift {}"])
def test_secret_that_never_comes_leaves_time_for_the_rest(stuck: Warm, line: str) -> None:
    with slow(PLAIN["100-continue"]) as server:
        stuck.init("p", "api-key", key=SECRET, base_url=server.url)
        done = ended(stuck.home, *line.format("p").split(), **stuck.environment)
    assert done.code in (1, 3), done
    assert "in 10 s" in done.out + done.err


def ended(home: Path, *words: str, **environment: str) -> Done:
    """A run from cold, which has to end by itself within ENDS seconds."""
    done = subprocess.run(
        [EXECUTABLE, *words], cwd=home, env=environment, capture_output=True, text=True, timeout=ENDS, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


MUTE = "mount --bind {file} /etc/resolv.conf && exec {words}"


@pytest.mark.thorough
@pytest.mark.parametrize("line", ["models {}", "models {} --all-regions", "doctor {}", "drift {}"])
def test_mute_name_server_ends_in_time(stuck: Warm, line: str) -> None:
    allowed = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False).returncode
    if shutil.which("unshare") is None or allowed:
        pytest.skip("needs a mount namespace of its own")
    stuck.init("p", "bedrock", region="us-east-1", aws_profile="p")
    file = stuck.home / "resolv.conf"
    # A port is no choice of resolv.conf, so each process that tests has an address of its own.
    address = f"127.5.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind((address, 53))
        file.write_text(f"nameserver {address}\noptions timeout:30 attempts:5\n")
        script = MUTE.format(file=file, words=f"{EXECUTABLE} {line.format('p')}")
        bare = {name: value for name, value in stuck.environment.items() if not name.lower().endswith("_proxy")}
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script], env=bare, capture_output=True, text=True, timeout=ENDS,
            check=False, cwd=stuck.home,
        )  # fmt: skip
    assert done.returncode in (1, 3), done
    assert "Traceback" not in done.stderr
