"""A secret goes over http to this machine alone, unless the profile allows more: every command, every surface."""

import json

import pytest

from tests.support.program import Program

AWAY = "http://gateway.example.com:8080"
PROFILES = {
    "api-key": ('key = "env:MY_KEY"\nbase_url = "{0}"', "ANTHROPIC_BASE_URL"),
    "gateway": ('auth_token = "env:MY_KEY"\nbase_url = "{0}"', "ANTHROPIC_BASE_URL"),
    "bedrock": ('region = "us-east-1"\nbase_url = "{0}"', "ANTHROPIC_BEDROCK_BASE_URL"),
    "vertex": ('project = "acme-ml"\nlocation = "global"\nbase_url = "{0}/v1"', "ANTHROPIC_VERTEX_BASE_URL"),
    "mantle": ('region = "us-east-1"\nbase_url = "{0}"', "ANTHROPIC_BEDROCK_MANTLE_BASE_URL"),
    "foundry": ('base_url = "{0}"\nkey = "env:MY_KEY"', "ANTHROPIC_FOUNDRY_BASE_URL"),
    "claude-aws": ('region = "us-east-1"\nworkspace = "wrkspc_1"\nbase_url = "{0}"', "ANTHROPIC_AWS_BASE_URL"),
    "subscription": ('plan = "pro"\n[env]\nANTHROPIC_BASE_URL = "{0}"', "ANTHROPIC_BASE_URL"),
}
COMMANDS = (
    ("env", "work", "--shell", "sh"),
    ("env", "work", "--shell", "json"),
    ("run", "work", "--", "true"),
    ("apply", "work", "--yes"),
    ("models", "work"),
    ("key", "work"),
    ("trace", "work"),
    ("quota", "work"),
    ("policy", "work"),
)
KEY = {"MY_KEY": "sk-ant-api03-abcdefghijklmnop"}


def _write(program: Program, surface: str, url: str, more: str = "") -> None:
    program.profiles.mkdir(parents=True, exist_ok=True, mode=0o700)
    answers = PROFILES[surface][0].format(url)
    text = f'schema = 1\nsurface = "{surface}"\n[set]\n{more}{answers}\n'
    file = program.profiles / "work.toml"
    file.write_text(text)
    file.chmod(0o600)


@pytest.mark.parametrize("surface", PROFILES)
def test_no_secret_goes_to_another_machine_over_http(program: Program, surface: str) -> None:
    _write(program, surface, AWAY)
    done = program.run("doctor", "work", "--json", environment=KEY)
    report = json.loads(done.out)["profiles"][0]
    assert (done.code, report["root"]) == (1, "insecure-url"), done
    assert report["findings"][0]["facts"]["host"] == "gateway.example.com"
    done = program.run("drift", "--json", environment=KEY)
    assert done.code in (0, 3)  # 0: a surface without a listing is not asked
    for command in (("env", "work", "--shell", "sh"), ("run", "work", "--", "true")):
        done = program.run(*command, environment=KEY)
        assert (done.code, "unencrypted" in done.err) == (2, True), (command, done)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses(program: Program, command: tuple[str, ...]) -> None:
    _write(program, "api-key", AWAY)
    done = program.run(*command, environment=KEY)
    assert done.code == 2, done
    assert "unencrypted, over http" in done.err
    assert "allow_http = true" in done.err + program.run("explain", "insecure-url").out
    assert "sk-ant" not in done.out + done.err


@pytest.mark.parametrize("allow", ["allow_http = true\n", 'allow_http = "true"\n'])
@pytest.mark.parametrize("surface", PROFILES)
def test_a_profile_may_allow_it(program: Program, surface: str, allow: str) -> None:
    _write(program, surface, AWAY, allow)
    done = program.run("env", "work", "--shell", "sh", environment=KEY)
    assert (done.code, AWAY in done.out) == (0, True), done
    assert "ALLOW_HTTP" not in done.out.upper()


@pytest.mark.parametrize("value", ['"yes"', "1", '"True"', '""', "[true]"])
def test_anything_but_true_or_false_is_refused(program: Program, value: str) -> None:
    _write(program, "api-key", AWAY, f"allow_http = {value}\n")
    done = program.run("env", "work", "--shell", "sh", environment=KEY)
    assert (done.code, "allow_http" in done.err) == (2, True), done


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "http://127.1:9", "https://gateway.example.com"],
)
def test_this_machine_and_https_need_no_permission(program: Program, url: str) -> None:
    _write(program, "api-key", url)
    assert program.run("env", "work", "--shell", "sh", environment=KEY).code == 0


def test_init_refuses_and_takes_the_permission(program: Program) -> None:
    words = (
        "init",
        "work",
        "--surface",
        "api-key",
        "--set",
        "key=env:MY_KEY",
        "--set",
        f"base_url={AWAY}",
        "--yes",
        "--no-verify",
    )
    done = program.run(*words, environment=KEY)
    assert (done.code, "unencrypted" in done.err, program.profiles.exists()) == (2, True, False), done
    done = program.run(*words, "--set", "allow_http=true", environment=KEY)
    assert done.code == 0, done
    assert "allow_http = true\n" in (program.profiles / "work.toml").read_text()
    program.ok("copy", "work", "other")
    assert "allow_http = true" in program.ok("export", "other").out


def test_an_endpoint_of_the_shell_gets_no_signature_over_http(program: Program) -> None:
    """boto3 would obey AWS_ENDPOINT_URL, which is in no profile."""
    program.bedrock("work")
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    folder = program.home / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text(
        "[my-prod]\n" + "".join(f"{name.lower()} = {value}\n" for name, value in keys.items())
    )
    away = {"AWS_ENDPOINT_URL": AWAY, "HTTPS_PROXY": "", "HTTP_PROXY": ""}
    done = program.run("doctor", "work", "--json", environment=away)
    assert "insecure-url" in {one["check"] for one in json.loads(done.out)["profiles"][0]["findings"]}, done


@pytest.mark.parametrize("layer", ["shell", "user", "profile"])
def test_certificates_that_are_not_checked_are_named(program: Program, layer: str) -> None:
    _write(program, "api-key", "https://127.0.0.1:9", "")
    shell = {**KEY}
    if layer == "shell":
        shell["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"
    elif layer == "user":
        (program.home / ".claude").mkdir()
        (program.home / ".claude" / "settings.json").write_text('{"env": {"NODE_TLS_REJECT_UNAUTHORIZED": "0"}}')
    else:
        with (program.profiles / "work.toml").open("a") as file:
            file.write('[env]\nNODE_TLS_REJECT_UNAUTHORIZED = "0"\n')
    done = program.run("doctor", "work", "--offline", "--json", environment=shell)
    assert "tls-unverified" in {one["check"] for one in json.loads(done.out)["profiles"][0]["findings"]}, done
    if layer != "profile":
        done = program.run("status", "--json", environment=shell)
        assert "tls-unverified" in {one["check"] for one in json.loads(done.out)["findings"]}


def test_status_names_an_address_of_the_shell(program: Program) -> None:
    done = program.run("status", "--json", environment={"ANTHROPIC_BASE_URL": AWAY, "ANTHROPIC_API_KEY": "k" * 20})
    assert (done.code, "insecure-url" in done.out) == (1, True)
