"""botocore's session, with the endpoints that Claude Code's AWS SDK uses; botocore reads neither of its own."""

from collections.abc import Callable
from typing import Any

from botocore.session import Session


class SdkSession(Session):  # type: ignore[misc]  # botocore has no types
    """`endpoint` returns the URL of a service's endpoint, None for AWS's own."""

    def __init__(self, profile: str | None, endpoint: Callable[[str], str | None]) -> None:
        super().__init__(profile=profile)
        self._endpoint = endpoint
        self.set_config_variable("ignore_configured_endpoint_urls", True)

    def create_client(self, service_name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        return super().create_client(service_name, *arguments, **named | {"endpoint_url": self._endpoint(service_name)})
