"""Microsoft Foundry as data: resources, their keys, their deployments."""

from collections.abc import Mapping

import msgspec


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`name` is the part before .services.ai.azure.com; `deployments` are {name: model}."""

    name: str
    key: str
    token: str  # from Azure's own sign-in
    deployments: Mapping[str, str]


class Azure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    resource: tuple[Resource, ...] = ()

    def opened_by(self, secret: str | None) -> Resource | None:
        """The resource with this key or token, or None."""
        return next(
            (resource for resource in self.resource if secret and secret in (resource.key, resource.token)), None
        )
