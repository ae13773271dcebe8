"""AWS with boto3, as the profile's environment would have it.

Profile and region are always passed: boto3 does not read AWS_REGION, and takes AWS_DEFAULT_PROFILE before AWS_PROFILE;
the client never reads it.
"""

import threading
from collections.abc import Hashable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ccsetup.providers import hosts, http
from ccsetup.providers.access import (
    ATTEMPTS,
    CONNECT_SECONDS,
    PAGES,
    REQUEST_SECONDS,
    Access,
    Failed,
    composed,
    endless,
    failed,
    place,
)
from ccsetup.providers.aws import config_files, shapes, transport
from ccsetup.providers.recognise import Said
from ccsetup.system import decoding, lenient, redact

if TYPE_CHECKING:
    import boto3
    from botocore.credentials import ReadOnlyCredentials

_LOCK = threading.Lock()  # creating sessions and clients is not thread-safe in boto3; using clients is
_SETTINGS = {  # what boto3 would read from the process, which knows nothing of a profile's [env]
    "AWS_CONFIG_FILE": "config_file",
    "AWS_SHARED_CREDENTIALS_FILE": "credentials_file",
    "AWS_CA_BUNDLE": "ca_bundle",
}
_HOSTS = {"service-quotas": "servicequotas", "cloudwatch": "monitoring"}
# Guarded by _LOCK; as many as ways of asking, and gone with the process. Profiles that ask the same
# way share these: three hundred of them would else build three hundred of each.
_CLIENTS: dict[tuple[Hashable, str, str], Any] = {}
_SESSIONS: "dict[Hashable, boto3.Session]" = {}


def call(access: Access, region: str, service: str, operation: str, **arguments: object) -> dict[str, Any]:
    """What the operation (boto3's spelling) answers; Failed when it refuses or cannot be asked."""
    asking = client(access, service, region)
    try:
        answer = getattr(asking, operation)(**arguments)
        model = asking.meta.service_model.operation_model(asking.meta.method_to_api_mapping[operation])
        return shapes.checked(answer, model.output_shape)
    except Failed:
        raise
    # What botocore's parser runs into where a value has another form than it expects.
    except (shapes.Misshapen, AttributeError, TypeError, LookupError, RecursionError) as why:
        said = Said(None, "ResponseParserError", f"the answer to {operation} is not one of this API's")
        raise failed(said, access, region, address(access, region, service)) from why
    except Exception as why:
        raise failure(why, access, region, service) from why


def pages(
    access: Access, region: str, service: str, operation: str, key: str, **arguments: object
) -> list[Mapping[str, Any]]:
    """All that `key` holds over every page; Failed for a listing without end."""
    found: list[Mapping[str, Any]] = []
    more: dict[str, object] = {}
    for _ in range(PAGES):
        answer = call(access, region, service, operation, **arguments, **more)
        found += held(answer, key, access, region, service, operation)
        name = next((one for one in ("nextToken", "NextToken", "Marker") if answer.get(one)), None)
        if name is None:
            return found
        if more.get(name) == answer[name]:
            break
        more = {name: answer[name]}
    raise endless(access, region, address(access, region, service))


def held(
    answer: Mapping[str, Any], key: str, access: Access, region: str, service: str, operation: str
) -> list[Mapping[str, Any]]:
    """The list that an answer holds under `key`; Failed where it has none: it is not this API's."""
    if key not in answer:
        said = Said(None, "NotTheApi", f"the answer to {operation} has no {key}")
        raise failed(said, access, region, address(access, region, service))
    found: list[Mapping[str, Any]] = answer[key]
    return found


def client(access: Access, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes its clients' types at run time
    """The one client of a service and region; Failed where the profile's files or answers allow none."""
    address(access, region, service)
    with _LOCK:
        key = (_shared_by(access), service, region)
        if key not in _CLIENTS:
            try:
                _CLIENTS[key] = _client(access, service, region)
            except Exception as why:  # botocore lets ValueError, OSError and its own through
                raise failure(why, access, region, service) from why
        return _CLIENTS[key]


def session(access: Access) -> "boto3.Session":
    """The profile's session, for what only a session knows: where its credentials come from."""
    with _LOCK:
        return _session(access)


def signed(
    access: Access, region: str, service: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> dict[str, str]:
    """`headers` with the SigV4 signature of the profile's credentials beside them; Failed where it has none."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    address(access, region, service)
    held = keys(access, region, service)
    try:
        request = AWSRequest(method, url, dict(headers), body or b"")
        SigV4Auth(held, service, region).add_auth(request)
        return dict(request.headers)
    except Exception as why:
        raise failure(why, access, region, service) from why


def keys(access: Access, region: str, service: str) -> "ReadOnlyCredentials":
    """The profile's keys of now (access_key, secret_key, token); Failed where it has none."""
    from botocore.exceptions import NoCredentialsError

    try:
        held = session(access).get_credentials()
        found = held.get_frozen_credentials() if held else None
        _note(found)
    except Exception as why:
        raise failure(why, access, region, service) from why
    if found is None:
        raise failure(NoCredentialsError(), access, region, service)
    return found


def aws_error(answer: http.Response) -> Said:
    """AWS's no as boto3 reads it: code, message, status; Anthropic's own, passed through, in its own form."""
    from botocore.parsers import create_parser

    raw = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    try:
        error = create_parser("rest-json").parse(raw, None).get("Error", {})
    except Exception:  # not JSON
        error = {}
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    if not message:
        code, message = _passed_through(code, answer.body)
    return Said(answer.status, code, message)


def failure(why: Exception, access: Access, region: str, service: str = "bedrock") -> Failed:
    """What an exception of boto3 on the way to `region` means."""
    from botocore.exceptions import ClientError

    if isinstance(why, ClientError):
        error = lenient.table(why.response, "Error")
        code, message = lenient.word(error, "Code") or "", lenient.word(error, "Message") or ""
        status = why.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if not message:
            code, message = _passed_through(code, transport.heard())
        said = Said(status, code, message)
    else:
        said = Said(None, why.code if isinstance(why, http.Unanswered) else type(why).__name__, str(why))
    return failed(said, access, region, address(access, region, service))


def address(access: Access, region: str, service: str = "bedrock") -> str:
    """Where a look-up goes, as far as that can be told without asking the SDK; Failed for what is not a region."""
    host = composed(access, lambda: hosts.aws(_HOSTS.get(service, service), region))
    return _moved(access, service) or f"https://{host}"


def _passed_through(code: str, body: bytes) -> tuple[str, str]:
    """Anthropic's own refusals pass through Bedrock in their own form, of which botocore keeps nothing."""
    try:
        error = decoding.from_json_of_any_form(body)["error"]
        return str(error["type"]), str(error["message"])
    except (ValueError, LookupError, TypeError):
        return code, " ".join(body.decode(errors="replace").split())[:300]


def _moved(access: Access, service: str) -> str | None:
    """The profile's own address. The shell's AWS_ENDPOINT_URL* are not in its environment; boto3 reads them itself."""
    own = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
    runtime = service in ("bedrock", "bedrock-runtime")
    # Seen on the client: AWS_ENDPOINT_URL* move its listing, and none of its invocations.
    names = (
        *(("ANTHROPIC_BEDROCK_BASE_URL",) if runtime else ()),
        *((own, "AWS_ENDPOINT_URL") if service != "bedrock-runtime" else ()),
    )
    return next((access.environment[name] for name in names if access.environment.get(name)), None)


def _client(access: Access, service: str, region: str) -> Any:  # noqa: ANN401
    from botocore.config import Config

    bearer = "bearer_token" in access.secrets and service.startswith("bedrock")
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=REQUEST_SECONDS,
        retries={"total_max_attempts": 1 if service == "bedrock-runtime" else ATTEMPTS, "mode": "standard"},
        signature_version="bearer" if bearer else "v4" if service.startswith("bedrock") else None,
        max_pool_connections=4,
        ignore_configured_endpoint_urls=service == "bedrock-runtime" or None,
    )
    url = _moved(access, service)
    return _session(access).client(service, region_name=region, endpoint_url=url, config=config)


def _shared_by(access: Access) -> Hashable:
    return access if access.run is None else (access.run, access.asks_as, place(access.profile))


def _session(access: Access) -> "boto3.Session":
    """The session of all that ask the same way. To be called under the lock, or alone."""
    key = _shared_by(access)
    if key not in _SESSIONS:
        _SESSIONS[key] = _made(access)
    return _SESSIONS[key]


def _made(access: Access) -> "boto3.Session":
    """A session; all of them read the service models from one loader, since each copy takes 12 MB."""
    import boto3
    import botocore.session
    from botocore.credentials import CredentialResolver

    bearer = access.secrets.get("bearer_token")
    config_files.refuse_unbounded(access.environment, access.home)
    profile = None if bearer else access.environment.get("AWS_PROFILE") or None
    inner = botocore.session.Session(profile=profile)
    inner.register_component("data_loader", _loader())
    inner.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=shapes.moment)
    for variable, setting in _SETTINGS.items():
        if value := access.environment.get(variable):
            inner.set_config_variable(setting, value)
    inner.register("before-send", transport.sender(access.environment))  # for STS and SSO on the way, too
    inner.register("before-sign", _note_signer)
    if bearer:
        inner.register_component("token_provider", _Token(bearer.reveal()))
        inner.register_component("credential_provider", CredentialResolver([]))  # none wanted, none looked for
        return boto3.Session(botocore_session=inner)
    if inner.get_config_variable("region") is None:  # the client signs a role's STS request for its own region
        inner.set_config_variable("region", place(access.profile))
    chain = inner.get_component("credential_provider")
    chain.get_provider("assume-role")._prompter = _no_code
    if profile is None:  # with one, keys in variables count as little for boto3 as for the client
        chain.get_provider("env").environ = access.environment
    return boto3.Session(botocore_session=inner)


def _note_signer(request_signer: Any = None, **_: object) -> None:  # noqa: ANN401 - botocore's own type
    """Before a request is signed: the keys it is signed with, wherever they came from."""
    held: Any = getattr(request_signer, "_credentials", None)
    if hasattr(held, "get_frozen_credentials"):
        _note(held.get_frozen_credentials())


def _note(keys: Any) -> None:  # noqa: ANN401 - botocore's own type
    for value in (keys.secret_key, keys.token) if keys else ():
        redact.note(value or "")


@cache
def _loader() -> Any:  # noqa: ANN401 - botocore's own type
    from botocore.loaders import create_loader

    return create_loader()


def _no_code(prompt: str) -> str:
    """botocore would ask the terminal, in the middle of whatever is printed; the client asks nobody."""
    from botocore.exceptions import CredentialRetrievalError

    raise CredentialRetrievalError(provider="assume-role", error_msg=f"MultiFactorAuthentication failed: {prompt}")


class _Token:
    """A bearer token of one session, handed over without the process environment: profiles run side by side."""

    def __init__(self, token: str) -> None:
        self.__token = token

    def load_token(self, **_: object) -> "_Token":
        return self

    def get_frozen_token(self) -> Any:  # noqa: ANN401 - botocore's own type
        from botocore.tokens import FrozenAuthToken

        return FrozenAuthToken(self.__token)
