"""botocore's session, with the endpoints that Claude Code's AWS SDK uses; botocore reads neither of its own."""

from collections.abc import Callable
from typing import Any


def make_session(profile: str | None, endpoint: Callable[[str], str | None]) -> Any:  # noqa: ANN401 - botocore's own
    """A session for this AWS profile; `endpoint` returns the URL of a service's endpoint, None for AWS's own."""
    import botocore.session

    class SdkSession(botocore.session.Session):  # type: ignore[misc]  # botocore has no types
        def create_client(self, service_name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            named["endpoint_url"] = named.get("endpoint_url") or endpoint(service_name)
            return super().create_client(service_name, *arguments, **named)

    session = SdkSession(profile=profile)
    session.set_config_variable("ignore_configured_endpoint_urls", True)
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
