"""The lab with the identities of these worlds; it also keeps each request as the recorder reads it."""

import json
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec

from ccsetup.lab import environment
from ccsetup.lab.aws.state import Identity
from ccsetup.lab.call import Call
from ccsetup.lab.lab import Lab
from ccsetup.lab.server import Delivery
from ccsetup.lab.wire import Answer, as_json
from ccsetup.lab.world import default
from ccsetup.trace.recorder.request import Request, parse_request
from tests.agree import aws, direct, platforms

_ARNS = {
    "role": f"arn:aws:sts::{aws.ACCOUNT}:assumed-role/Agree/me",
    "sso": f"arn:aws:sts::{aws.ACCOUNT}:assumed-role/AWSReservedSSO_Agree_0/me",
}


CONTAINER = "/container"
"""Where a container gets the keys of its role."""
_CONTAINER_KEYS = {
    "AccessKeyId": aws.KEYS["role"],
    "SecretAccessKey": aws.secret(aws.KEYS["role"]),
    "Token": "session",
    "Expiration": aws.LATER,
}


class AgreeLab(Lab):
    """A lab with TLS that answers as any host; `seen` holds its requests, `refused` the models that the client tried
    before the conversation and did not get."""

    def __init__(self) -> None:
        world = default()
        identities = tuple(_identity(kind) for kind in aws.KEYS if kind != "bad")
        bearer = next(one for one in world.aws.identity if one.bearer)
        bearer = msgspec.structs.replace(bearer, bearer=aws.BEARER)
        console = next(one for one in world.anthropic.login if one.name == "console")
        logins = tuple(
            msgspec.structs.replace(console, name=kind, secret=token)
            for kind, token in direct.TOKENS.items()
            if kind not in ("api-key", "claude-login")
        )
        world = msgspec.structs.replace(
            world,
            aws=msgspec.structs.replace(world.aws, identity=(*identities, bearer)),
            anthropic=msgspec.structs.replace(world.anthropic, login=(*world.anthropic.login, *logins)),
        )
        super().__init__(world, tls=True)
        self.seen: list[Request] = []
        self.refused: list[str] = []
        account = environment.service_account(world.google.principal[1], "")
        self.private_key = json.dumps(account["private_key"])[1:-1]

    def _answer(self, call: Call) -> tuple[Answer, Delivery]:
        path = call.path + (f"?{urlencode(call.query)}" if call.query else "")
        request = parse_request(call.method, path, call.headers, call.body, scheme=call.scheme, host=call.host)
        self.seen.append(request)
        answer, delivery = super()._answer(call)
        if call.path == CONTAINER:
            answer = as_json(_CONTAINER_KEYS)
        if request.role == "probe" and request.model and answer.status != HTTPStatus.OK:
            self.refused.append(request.model)
        return answer, delivery


def _identity(kind: str) -> Identity:
    account = aws.ACCOUNT if kind != "other" else "210987654321"
    key = aws.KEYS[kind]
    return Identity(
        name=kind,
        account=account,
        arn=_ARNS.get(kind, f"arn:aws:iam::{account}:user/{kind}"),
        user_id=f"AIDA{kind.upper()}",
        key=key,
        secret=aws.secret(key),
        token="session" if key.startswith("ASIA") else "",
        workspaces=("wrkspc_lab",),
        platform_key=platforms.PLATFORM_KEY if kind == "good" else "",
        allow=aws.ALLOWED.get(kind, ("*",)),
    )
