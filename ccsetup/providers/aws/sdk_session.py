"""botocore's session, with the endpoints and settings that Claude Code's AWS SDK uses, and not botocore's own.

Seen on 2.1.332: each of botocore's other settings may have any value in variables and files, and the client works.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

_FOLLOWED = (
    "profile", "region", "data_path", "config_file", "credentials_file", "use_fips_endpoint", "use_dualstack_endpoint",
    "ec2_metadata_service_endpoint_mode",
)  # fmt: skip
_METADATA = "ec2_metadata_service_endpoint"
# The values of the SDK's `defaultsMode`. With another, it makes no client for STS and SSO.
_MODES = ("auto", "in-region", "cross-region", "mobile", "standard", "legacy")


def make_session(
    profile: str | None,
    endpoint: Callable[[str], str | None],
    environment: Mapping[str, str],
    values: Mapping[str, str],
) -> Any:  # noqa: ANN401 - botocore's own
    """A session for this AWS profile with these `values`; `endpoint` returns the URL of a service's endpoint, None for
    AWS's own."""
    import botocore.session
    from botocore.exceptions import InvalidConfigError

    mode = environment.get("AWS_DEFAULTS_MODE") or values.get("defaults_mode") or "legacy"

    class SdkSession(botocore.session.Session):  # type: ignore[misc]  # botocore has no types
        def create_client_for_credentials(self, service_name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            if mode.lower() not in _MODES:
                raise InvalidConfigError(error_msg=f"defaults_mode is {mode}, and not one of {', '.join(_MODES)}")
            return self.create_client(service_name, *arguments, **named)

        def create_client(self, service_name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            named["endpoint_url"] = named.get("endpoint_url") or endpoint(service_name)
            named["verify"] = True  # unused: `transport` sends, and botocore refuses a blank AWS_CA_BUNDLE
            return super().create_client(service_name, *arguments, **named)

    session = SdkSession(profile=profile)
    for name, (_, _, default, _) in session.SESSION_VARIABLES.items():
        if name not in _FOLLOWED:
            session.set_config_variable(name, default)
    session.set_config_variable("ignore_configured_endpoint_urls", True)
    if metadata := environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT") or values.get(_METADATA):
        session.set_config_variable(_METADATA, urlsplit(metadata)._replace(path="", query="").geturl())
    return session


class Token:
    """A bearer token of one session, passed without the process environment, because profiles run in parallel."""

    def __init__(self, token: str) -> None:
        self.__token = token

    def load_token(self, **_: object) -> "Token":
        return self

    def get_frozen_token(self) -> Any:  # noqa: ANN401 - botocore's own type
        from botocore.tokens import FrozenAuthToken

        return FrozenAuthToken(self.__token)
