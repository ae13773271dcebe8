"""The Anthropic API's limits, from response headers.

An Admin key could read more, but profiles have none.
"""

import re
from collections.abc import Mapping

from ccsetup.providers.access import Access, call_within_limit, make_failure
from ccsetup.providers.anthropic import api, protocol
from ccsetup.providers.places import host_of
from ccsetup.providers.quota import known
from ccsetup.providers.quota.limits import Limit, Limits

_NUMBER = re.compile(r"[0-9]{1,15}")


def read_limits(access: Access) -> Limits:
    """The organisation's limits from the headers of the listing's response; empty if it has none."""
    url = api.address(access)
    address = f"{url.rstrip('/')}/v1/models?limit=1"
    answer = call_within_limit(lambda: api.request(access, address), access, host_of(url), address)
    if answer.status != 200:
        raise make_failure(protocol.api_error(answer), access, host_of(url), address)
    kinds = known.load_quotas().direct.headers
    limits = (_limit(kind, unit, answer.headers) for kind, unit in kinds.items())
    return Limits(host_of(url), tuple(limit for limit in limits if limit is not None))


def _limit(kind: str, unit: str, headers: Mapping[str, str]) -> Limit | None:
    name = f"anthropic-ratelimit-{kind}"
    limit, remaining = headers.get(f"{name}-limit", ""), headers.get(f"{name}-remaining", "")
    if not _NUMBER.fullmatch(limit):
        return None
    used = float(limit) - float(remaining) if _NUMBER.fullmatch(remaining) else None
    return Limit(
        None, None, f"{name}-limit", f"{unit} of the organisation", unit, float(limit), used_hour=None, used=used
    )
