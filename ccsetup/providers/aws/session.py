"""boto3 sessions, clients and requests with the profile's environment.

Profile and region are always passed: boto3 does not read AWS_REGION, and prefers AWS_DEFAULT_PROFILE, which the client
never reads, to AWS_PROFILE.
"""

import threading
from collections.abc import Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ccsetup import __version__
from ccsetup.providers import hosts, http
from ccsetup.providers.access import (
    ATTEMPTS,
    CONNECT_SECONDS,
    PAGES,
    REQUEST_SECONDS,
    Access,
    Failed,
    compose_host,
    endless,
    make_failure,
)
from ccsetup.providers.aws import (
    client_files,
    credentials,
    endpoints,
    sdk_session,
    service_data,
    shapes,
    signed_in,
    transport,
)
from ccsetup.providers.places import place
from ccsetup.providers.quota import known
from ccsetup.providers.recognise import Said
from ccsetup.system import decoding, lenient, redact

if TYPE_CHECKING:
    import boto3
    from botocore.credentials import ReadOnlyCredentials

_LOCK = threading.Lock()  # creating sessions and clients is not thread-safe in boto3; using clients is
_HOSTS = {"service-quotas": "servicequotas", "cloudwatch": "monitoring", "pricing": "api.pricing"}
# Guarded by _LOCK, for the life of the process. Profiles that send the same requests share an entry: otherwise three
# hundred of them would build three hundred sessions and clients.
_CLIENTS: dict[tuple[Hashable, str, str, str | None], Any] = {}
_SESSIONS: "dict[Hashable, boto3.Session]" = {}


def call(access: Access, region: str, service: str, operation: str, **arguments: object) -> dict[str, Any]:
    """Call an operation (in boto3's spelling); raises Failed if AWS refuses or cannot be reached."""
    key = region, service, endpoints.moved_to(access, service), operation, repr(sorted(arguments.items()))
    return access.once(key, lambda: _call(access, region, service, operation, arguments))


def _call(access: Access, region: str, service: str, operation: str, arguments: Mapping[str, object]) -> dict[str, Any]:
    asking = client(access, service, region)
    try:
        answer = getattr(asking, operation)(**arguments)
        model = asking.meta.service_model.operation_model(asking.meta.method_to_api_mapping[operation])
        return shapes.checked(answer, model.output_shape)
    except Failed:
        raise
    # What botocore's parser runs into where a value has another form than it expects.
    except (shapes.Misshapen, AttributeError, TypeError, LookupError, RecursionError) as error:
        said = Said(None, "ResponseParserError", f"the answer to {operation} is not one of this API's")
        raise make_failure(said, access, region, address(access, region, service)) from error
    except Exception as error:
        raise failure(error, access, region, service) from error


def read_pages(
    access: Access, region: str, service: str, operation: str, key: str, **arguments: object
) -> list[Mapping[str, Any]]:
    """The items under `key` from all pages; raises Failed for a listing without end."""
    items: list[Mapping[str, Any]] = []
    more: dict[str, object] = {}
    for _ in range(PAGES):
        answer = call(access, region, service, operation, **arguments, **more)
        items += read_list(answer, key, access, region, service, operation)
        name = next((token_name for token_name in ("nextToken", "NextToken", "Marker") if answer.get(token_name)), None)
        if name is None:
            return items
        if more.get(name) == answer[name]:
            break
        more = {name: answer[name]}
    raise endless(access, region, address(access, region, service))


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
        key = (_shared_by(access), service, region, endpoints.moved_to(access, service))
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
    keys = read_keys(access, region, service)
    try:
        request = AWSRequest(method, url, dict(headers), body or b"")
        SigV4Auth(keys, service, region).add_auth(request)
        return dict(request.headers)
    except Exception as error:
        raise failure(error, access, region, service) from error


def read_keys(access: Access, region: str, service: str) -> "ReadOnlyCredentials":
    """The profile's current keys (access_key, secret_key, token); raises Failed without any."""
    from botocore.exceptions import NoCredentialsError

    try:
        keys = session(access).get_credentials()
        frozen = keys.get_frozen_credentials() if keys else None
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
    from botocore.parsers import ResponseParserError

    if isinstance(exception, ClientError):
        error = lenient.table(exception.response, "Error")
        code, message = lenient.text_value(error, "Code") or "", lenient.text_value(error, "Message") or ""
        status = exception.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if not message:
            code, message = _passed_through(code, transport.last_error_body())
        said = Said(status, code, message, {"operation": exception.operation_name})
    elif isinstance(exception, ResponseParserError) and (transport.last_status() or 0) >= 400:
        status = transport.last_status()  # a refusal, in a form that the service does not have
        said = Said(status, *_passed_through(str(status), transport.last_error_body()))
    elif str(exception).startswith("Invalid endpoint: "):  # a value of AWS_ENDPOINT_URL* that leads nowhere
        said = Said(None, "EndpointConnectionError", str(exception))
        return make_failure(said, access, region, f"https://{str(exception).partition(': ')[2]}")
    else:
        code = exception.code if isinstance(exception, http.Unanswered) else type(exception).__name__
        said = Said(None, code, str(exception))
    return make_failure(said, access, region, endpoints.unreached(exception) or address(access, region, service))


def address(access: Access, region: str, service: str = "bedrock") -> str:
    """The URL that a request goes to, as far as known without the SDK; raises Failed for an invalid region."""
    host = compose_host(access, lambda: hosts.aws(_HOSTS.get(service, service), region))
    return endpoints.moved_to(access, service) or f"https://{host}"


def _passed_through(code: str, body: bytes) -> tuple[str, str]:
    """Parse an Anthropic error that Bedrock passed through in Anthropic's format, of which botocore keeps nothing."""
    try:
        error = decoding.from_json_of_any_form(body)["error"]
        return str(error["type"]), str(error["message"])
    except (ValueError, LookupError, TypeError):
        return code, " ".join(body.decode(errors="replace").split())[:300]


def _client(access: Access, service: str, region: str) -> Any:  # noqa: ANN401
    from botocore import UNSIGNED
    from botocore.config import Config

    bearer = "bearer_token" in access.secrets and service.startswith("bedrock")
    url = endpoints.moved_to(access, service)
    in_clear = bearer and (url or "").startswith("http:")  # the client sends it; botocore would refuse
    signature = "bearer" if bearer else "v4" if service.startswith("bedrock") else None
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=REQUEST_SECONDS,
        retries={"total_max_attempts": 1 if service == "bedrock-runtime" else ATTEMPTS, "mode": "standard"},
        signature_version=UNSIGNED if in_clear else signature,
        max_pool_connections=4,
        user_agent=f"ccsetup/{__version__}",  # botocore's own is composed anew for each request, from forty parts
    )
    made = _session(access).client(service, region_name=region, endpoint_url=url, config=config)
    if in_clear:
        transport.add_token(made, access.secrets["bearer_token"])
    return made


def _shared_by(access: Access) -> Hashable:
    moved = tuple(endpoints.moved_to(access, service) for service in transport.CREDENTIALS)
    return access if access.run is None else (access.run, access.identity_key, place(access.profile), moved)


def _session(access: Access) -> "boto3.Session":
    """The session shared by profiles that send the same requests. Call it under the lock, or from a single thread."""
    key = _shared_by(access)
    if key not in _SESSIONS:
        _SESSIONS[key] = _made(access)
    return _SESSIONS[key]


def _made(access: Access) -> "boto3.Session":
    """Create a session; all sessions share one loader of service models, since each copy takes 12 MB."""
    import boto3
    from botocore.credentials import CredentialResolver
    from botocore.tokens import TokenProviderChain

    bearer = access.secrets.get("bearer_token")
    files = client_files.read_files(access.environment, access.home)
    client_files.refuse_unread(files)
    configuration = signed_in.full_config(files)
    profile = None if bearer else access.environment.get("AWS_PROFILE") or None
    if profile:  # botocore refuses a profile without a section; Claude Code tries its other sources
        configuration["profiles"].setdefault(profile, {})
    values = files.profiles.get(profile or "default", {})
    inner = sdk_session.make_session(profile, partial(endpoints.find, access, files), access.environment, values)
    # Names of events from before 2019, which botocore compares with every event of every client.
    inner.get_component("event_emitter")._event_aliases = {}
    inner._config = configuration  # the client's reading of the files, which botocore's parser may refuse
    inner.register_component("data_loader", service_data.loader())
    inner.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=shapes.moment)
    region = place(access.profile)
    inner.register("before-send", transport.make_sender(access.environment, region))  # for STS and SSO requests too
    inner.register("before-sign", _note_signer)
    inner.register("before-parse.service-quotas.ListServiceQuotas", known.keep_call_limits)
    if bearer:
        inner.register_component("token_provider", sdk_session.Token(bearer.reveal()))
        inner.register_component("credential_provider", CredentialResolver([]))  # none needed, so none is searched for
        return boto3.Session(botocore_session=inner)
    inner.register_component("token_provider", TokenProviderChain())  # no SSO token: keys sign
    inner.set_config_variable("region", region)
    provider = credentials.ClientProvider(inner, access, files, region, _no_code)
    inner.register_component("credential_provider", CredentialResolver([provider]))
    return boto3.Session(botocore_session=inner)


def _note_signer(request_signer: Any = None, **_: object) -> None:  # noqa: ANN401 - botocore's own type
    """Note the keys that a request is about to be signed with, wherever they came from."""
    signer: Any = getattr(request_signer, "_credentials", None)
    if hasattr(signer, "get_frozen_credentials"):
        _note(signer.get_frozen_credentials())


def _note(keys: Any) -> None:  # noqa: ANN401 - botocore's own type
    for value in (keys.secret_key, keys.token) if keys else ():
        redact.note(value or "")


def _no_code(prompt: str) -> str:
    """Refuse an MFA prompt: botocore would prompt in the middle of other output; the client never prompts."""
    from botocore.exceptions import CredentialRetrievalError

    raise CredentialRetrievalError(provider="assume-role", error_msg=f"MultiFactorAuthentication failed: {prompt}")
