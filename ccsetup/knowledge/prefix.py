"""The prefix of ids that an alias asks for, where ids say which geography serves them."""

from collections.abc import Collection

import msgspec


class Prefix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an id begins that an alias asks for: by the region, unless a variable says otherwise."""

    variable: str
    takes: tuple[str, ...]  # values of the variable that count
    regions: dict[str, str]  # how a region begins → prefix; the first that fits
    otherwise: str
    fixed: tuple[str, ...] = ()  # how regions begin where the variable does not count

    def of(self, region: str, chosen: str, takes: Collection[str]) -> str:
        """The prefix in this region with this value of the variable."""
        own = next((prefix for start, prefix in self.regions.items() if region.startswith(start)), self.otherwise)
        return own if region.startswith(self.fixed) or chosen not in takes else chosen
