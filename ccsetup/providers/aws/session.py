"""boto3 sessions, clients and requests with the profile's environment.

Profile and region are always passed: boto3 does not read AWS_REGION, and prefers AWS_DEFAULT_PROFILE, which the client
never reads, to AWS_PROFILE.
"""

import json
import threading
from collections.abc import Hashable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ccsetup.providers import hosts, http
from ccsetup.providers.access import (
    ATTEMPTS,
    CONNECT_SECONDS,
    REQUEST_SECONDS,
    Access,
    Failed,
    compose_host,
    make_failure,
    place,
)
from ccsetup.providers.aws import transport
from ccsetup.providers.credential_programs import guard_botocore
from ccsetup.providers.recognise import Said
from ccsetup.system import redact

if TYPE_CHECKING:
    import boto3
    from botocore.credentials import ReadOnlyCredentials

_LOCK = threading.Lock()  # creating sessions and clients is not thread-safe in boto3; using clients is
_SETTINGS = {  # read from the profile's environment; boto3 would read the process's, which lacks the profile's [env]
    "AWS_CONFIG_FILE": "config_file",
    "AWS_SHARED_CREDENTIALS_FILE": "credentials_file",
    "AWS_CA_BUNDLE": "ca_bundle",
}
_HOSTS = {"service-quotas": "servicequotas", "cloudwatch": "monitoring", "pricing": "api.pricing"}
# Guarded by _LOCK, for the life of the process. Profiles that send the same requests share an entry: otherwise three
# hundred of them would build three hundred sessions and clients.
_CLIENTS: dict[tuple[Hashable, str, str], Any] = {}
_SESSIONS: "dict[Hashable, boto3.Session]" = {}


def call(access: Access, region: str, service: str, operation: str, **arguments: object) -> dict[str, Any]:
    """Call an operation (in boto3's spelling); raises Failed if AWS refuses or cannot be reached."""
    try:
        response: dict[str, Any] = getattr(client(access, service, region), operation)(**arguments)
    except Failed:
        raise
    except Exception as error:
        raise failure(error, access, region, service) from error
    return response


def read_pages(
    access: Access, region: str, service: str, operation: str, key: str, **arguments: object
) -> list[Mapping[str, Any]]:
    """The items under `key` from all pages; a repeated token ends the list."""
    items: list[Mapping[str, Any]] = []
    more: dict[str, object] = {}
    while True:
        answer = call(access, region, service, operation, **arguments, **more)
        items += read_list(answer, key, access, region, service, operation)
        name = next((token_name for token_name in ("nextToken", "NextToken", "Marker") if answer.get(token_name)), None)
        if name is None or more.get(name) == answer[name]:
            return items
        more = {name: answer[name]}


def read_list(
    answer: Mapping[str, Any], key: str, access: Access, region: str, service: str, operation: str
) -> list[Mapping[str, Any]]:
    """The list under `key` in a response; raises Failed if it is missing: the response is not this API's."""
    if key not in answer:
        said = Said(None, "NotTheApi", f"the answer to {operation} has no {key}")
        raise make_failure(said, access, region, address(access, region, service))
    items: list[Mapping[str, Any]] = answer[key]
    return items


def client(access: Access, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes its clients' types at run time
    """The shared client of a service and region; raises Failed if the profile's files or answers do not allow one."""
    address(access, region, service)
    with _LOCK:
        key = (_shared_by(access), service, region)
        if key not in _CLIENTS:
            try:
                _CLIENTS[key] = _client(access, service, region)
            except Exception as error:  # botocore raises ValueError, OSError and its own errors
                raise failure(error, access, region, service) from error
        return _CLIENTS[key]


def session(access: Access) -> "boto3.Session":
    """The profile's session, for callers that need its credentials."""
    with _LOCK:
        return _session(access)


def sign_headers(
    access: Access, region: str, service: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> dict[str, str]:
    """`headers` with a SigV4 signature by the profile's credentials; raises Failed without credentials."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    address(access, region, service)
    credentials = read_keys(access, region, service)
    try:
        request = AWSRequest(method, url, dict(headers), body or b"")
        SigV4Auth(credentials, service, region).add_auth(request)
        return dict(request.headers)
    except Exception as error:
        raise failure(error, access, region, service) from error


def read_keys(access: Access, region: str, service: str) -> "ReadOnlyCredentials":
    """The profile's current keys (access_key, secret_key, token); raises Failed without any."""
    from botocore.exceptions import NoCredentialsError

    try:
        credentials = session(access).get_credentials()
        frozen = credentials.get_frozen_credentials() if credentials else None
        _note(frozen)
    except Exception as error:
        raise failure(error, access, region, service) from error
    if frozen is None:
        raise failure(NoCredentialsError(), access, region, service)
    return frozen


def aws_error(answer: http.Response) -> Said:
    """Parse an AWS error as boto3 does (code, message, status), or an Anthropic error that Bedrock passed through."""
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


def failure(exception: Exception, access: Access, region: str, service: str = "bedrock") -> Failed:
    """The Failed for an exception of boto3 in a request to `region`."""
    from botocore.exceptions import ClientError

    if isinstance(exception, ClientError):
        error, meta = exception.response.get("Error", {}), exception.response.get("ResponseMetadata", {})
        code, message, status = error.get("Code", ""), error.get("Message", ""), meta.get("HTTPStatusCode")
        if not message:
            code, message = _passed_through(code, transport.last_error_body())
        said = Said(status, code, message)
    else:
        said = Said(
            None, exception.code if isinstance(exception, http.Unanswered) else type(exception).__name__, str(exception)
        )
    return make_failure(said, access, region, address(access, region, service))


def address(access: Access, region: str, service: str = "bedrock") -> str:
    """The URL that a request goes to, as far as known without the SDK; raises Failed for an invalid region."""
    host = compose_host(access, lambda: hosts.aws(_HOSTS.get(service, service), region))
    return _moved(access, service) or f"https://{host}"


def _passed_through(code: str, body: bytes) -> tuple[str, str]:
    """Parse an Anthropic error that Bedrock passed through in Anthropic's format, of which botocore keeps nothing."""
    try:
        error = json.loads(body)["error"]
        return str(error["type"]), str(error["message"])
    except (ValueError, LookupError, TypeError):
        return code, " ".join(body.decode(errors="replace").split())[:300]


def _moved(access: Access, service: str) -> str | None:
    """The profile's own endpoint. The shell's AWS_ENDPOINT_URL* are not in its environment; boto3 reads them itself."""
    service_variable = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
    runtime = service in ("bedrock", "bedrock-runtime")
    # Observed in the client: AWS_ENDPOINT_URL* redirect its listing, but not its invocations.
    names = (
        *(("ANTHROPIC_BEDROCK_BASE_URL",) if runtime else ()),
        *((service_variable, "AWS_ENDPOINT_URL") if service != "bedrock-runtime" else ()),
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
    return access if access.run is None else (access.run, access.identity_key, place(access.profile))


def _session(access: Access) -> "boto3.Session":
    """The session shared by profiles that send the same requests. Call it under the lock, or from a single thread."""
    key = _shared_by(access)
    if key not in _SESSIONS:
        _SESSIONS[key] = _made(access)
    return _SESSIONS[key]


def _made(access: Access) -> "boto3.Session":
    """Create a session; all sessions share one loader of service models, since each copy takes 12 MB."""
    import boto3
    import botocore.session
    from botocore.credentials import CredentialResolver

    bearer = access.secrets.get("bearer_token")
    profile = None if bearer else access.environment.get("AWS_PROFILE") or None
    inner = botocore.session.Session(profile=profile)
    inner.register_component("data_loader", _loader())
    for variable, setting in _SETTINGS.items():
        if value := access.environment.get(variable):
            inner.set_config_variable(setting, value)
    inner.register("before-send", transport.make_sender(access.environment))  # for STS and SSO requests too
    inner.register("before-sign", _note_signer)
    if bearer:
        inner.register_component("token_provider", _Token(bearer.reveal()))
        inner.register_component("credential_provider", CredentialResolver([]))  # none needed, so none is searched for
        return boto3.Session(botocore_session=inner)
    if inner.get_config_variable("region") is None:  # the client signs a role's STS request for its own region
        inner.set_config_variable("region", place(access.profile))
    chain = inner.get_component("credential_provider")
    guard_botocore(chain, lambda: inner.full_config)
    chain.get_provider("assume-role")._prompter = _no_code
    if profile is None:  # with a profile, boto3 and the client ignore keys in variables
        chain.get_provider("env").environ = access.environment
    return boto3.Session(botocore_session=inner)


def _note_signer(request_signer: Any = None, **_: object) -> None:  # noqa: ANN401 - botocore's own type
    """Note the keys that a request is about to be signed with, wherever they came from."""
    credentials: Any = getattr(request_signer, "_credentials", None)
    if hasattr(credentials, "get_frozen_credentials"):
        _note(credentials.get_frozen_credentials())


def _note(keys: Any) -> None:  # noqa: ANN401 - botocore's own type
    for value in (keys.secret_key, keys.token) if keys else ():
        redact.note(value or "")


@cache
def _loader() -> Any:  # noqa: ANN401 - botocore's own type
    from botocore.loaders import create_loader

    return create_loader()


def _no_code(prompt: str) -> str:
    """Refuse an MFA prompt: botocore would prompt in the terminal, in the middle of other output; the client never
    prompts."""
    from botocore.exceptions import CredentialRetrievalError

    raise CredentialRetrievalError(provider="assume-role", error_msg=f"MultiFactorAuthentication failed: {prompt}")


class _Token:
    """A bearer token of one session, passed without the process environment, because profiles run in parallel."""

    def __init__(self, token: str) -> None:
        self.__token = token

    def load_token(self, **_: object) -> "_Token":
        return self

    def get_frozen_token(self) -> Any:  # noqa: ANN401 - botocore's own type
        from botocore.tokens import FrozenAuthToken

        return FrozenAuthToken(self.__token)
