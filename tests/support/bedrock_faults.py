"""A healthy Bedrock, and its faults: each an account, an identity and a profile, with what doctor must find."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from ccsetup.lab.aws.state import Access, Account, Identity, Rule
from ccsetup.lab.lab import Lab
from ccsetup.lab.world import World, default
from tests.support.program import Program

PINS = {tier: f"us.anthropic.claude-{tier}-5-5" for tier in ("opus", "sonnet", "haiku")}
OPUS = "anthropic.claude-opus-5-5"
ALL = tuple(f"anthropic.claude-{tier}-5-5" for tier in PINS)
INVOKE = ("bedrock:InvokeModel*",)
APPLICATION = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile"
MARKETPLACE = (
    "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace "
    "actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model."
)
PAYMENT = "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided."


@dataclass(frozen=True)
class Fault:
    """One set-up. `finds` is all that is found: {slug: severity}, the root first; empty is a clean bill.

    `identity` and `account` are the world's, where they differ from the healthy ones; `config` and `credentials` stand
    in the AWS files under the set-up's name instead of the world's keys; `set`, `pins`, `env` and `expect` are the
    profile's. `because` are consequences: {slug: of which}. `passes` and `skips` are probes that must say so.
    """

    name: str
    finds: Mapping[str, str] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)
    account: Mapping[str, Any] = field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    set: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=lambda: PINS)
    env: Mapping[str, str] = field(default_factory=dict)
    expect: str = ""
    because: Mapping[str, str] = field(default_factory=dict)
    passes: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)  # of the root


def error(*slugs: str) -> dict[str, str]:
    return dict.fromkeys(slugs, "error")


def warning(*slugs: str) -> dict[str, str]:
    return dict.fromkeys(slugs, "warning")


def role(name: str, **more: object) -> dict[str, Any]:
    """A role's session; SSO's roles have a path that the session does not tell."""
    return {"arn": f"arn:aws:sts::123456789012:assumed-role/{name}/me", "token": "lab-session", **more}


def denies(by: str, *resources: str, actions: tuple[str, ...] = INVOKE) -> tuple[Rule, ...]:
    return (Rule(actions=actions, resources=resources or ("*",), by=by),)


def of_model(**access: str) -> dict[str, Any]:
    return {"access": {OPUS: Access(**access)}}  # type: ignore[arg-type]


def pinned(opus: str) -> dict[str, str]:
    return {**PINS, "opus": opus}


def worlds(faults: tuple[Fault, ...]) -> World:
    """The lab's own world with an account and an identity for each set-up."""
    base = default()
    aws = base.aws
    accounts = [
        Account(**{"id": f"{number:012d}", **fault.account}) for number, fault in enumerate(faults, 1) if fault.account
    ]
    identities = [
        Identity(
            **{
                "name": fault.name,
                "account": f"{number:012d}" if fault.account else "123456789012",
                "arn": f"arn:aws:iam::123456789012:user/{fault.name}",
                "user_id": f"AIDALAB{number:013d}",
                "key": f"AKIALAB{number:013d}",
                "secret": "lab-secret",
                **fault.identity,
            }
        )
        for number, fault in enumerate(faults, 1)
    ]
    regions = tuple(
        msgspec.structs.replace(one, status="DISABLING") if one.name == "eu-south-2" else one for one in aws.region
    )
    changed = msgspec.structs.replace(
        aws, account=(*aws.account, *accounts), identity=(*aws.identity, *identities), region=regions
    )
    return msgspec.structs.replace(base, aws=changed)


def set_up(program: Program, lab: Lab, faults: tuple[Fault, ...]) -> dict[str, str]:
    """Write every set-up's AWS files and ccsetup profile; the variables of the shell that doctor is run in."""
    lab.world = worlds(faults)
    variables = {**lab.environment(program.home), "AWS_ENDPOINT_URL": lab.url}
    for kind, heading in (("config", "profile "), ("credentials", "")):
        file = program.home / ".aws" / kind
        text = file.read_text()
        for fault in faults:
            own = getattr(fault, kind)
            if fault.config or fault.credentials:
                text = _without(text, f"[{heading}{fault.name}]")
                text += f"\n[{heading}{fault.name}]\n{own}\n" if own else ""
        file.write_text(text)
    for fault in faults:
        _profile(program.profiles / f"{fault.name}.toml", fault, lab)
    return variables


def _profile(file: Path, fault: Fault, lab: Lab) -> None:
    answers = {"aws_profile": fault.name, "region": "us-east-1", **fault.set}
    if "bearer_token" in answers:
        del answers["aws_profile"]
    shown = {name: value.format(dead="http://127.0.0.1:9", tls=lab.at("us-east-1")) for name, value in answers.items()}
    tables = {"set": shown, "models": fault.pins, "env": fault.env}
    tables |= {"expect": {"account": fault.expect}} if fault.expect else {}
    lines = ["schema = 1", 'surface = "bedrock"']
    for table, entries in tables.items():
        lines += [f"[{table}]", *(f'{name} = "{value}"' for name, value in entries.items())]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(0o600)
    file.write_text("\n".join(lines) + "\n")


def _without(text: str, heading: str) -> str:
    """An ini file without one section."""
    start = text.find(heading)
    end = text.find("\n[", start)
    return text if start < 0 else text[:start] + (text[end + 1 :] if end >= 0 else "")


def soon(minutes: int) -> str:
    """A time to come, as AWS's tools write it."""
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes, seconds=30)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")
