"""Service Quotas for the service code `bedrock`."""

import datetime
import zlib
from collections.abc import Iterator

from ccsetup.lab.aws.access import check_allowed, region_of
from ccsetup.lab.aws.state import Account, Quota
from ccsetup.lab.call import Ask, Fails, page
from ccsetup.lab.wire import Answer, as_json_1x

_EPOCH = datetime.date(1970, 1, 1)
_SMALL_PAGE = 8
"""The service's default page size."""


def list_service_quotas(ask: Ask) -> Answer:
    """The applied values; `QuotaCode` selects one."""
    account = _account(ask, "servicequotas:ListServiceQuotas")
    wanted = ask.call.fields.get("QuotaCode")
    quotas = tuple(_shown(ask, quota, account, applied=True) for quota in _quotas(ask) if wanted in (None, quota.code))
    return _paged(ask, "Quotas", quotas)


def list_aws_default_service_quotas(ask: Ask) -> Answer:
    account = _account(ask, "servicequotas:ListAWSDefaultServiceQuotas")
    return _paged(ask, "Quotas", tuple(_shown(ask, quota, account, applied=False) for quota in _quotas(ask)))


def get_service_quota(ask: Ask) -> Answer:
    account = _account(ask, "servicequotas:GetServiceQuota")
    return as_json_1x({"Quota": _shown(ask, _named(ask), account, applied=True)})


def get_aws_default_service_quota(ask: Ask) -> Answer:
    account = _account(ask, "servicequotas:GetAWSDefaultServiceQuota")
    return as_json_1x({"Quota": _shown(ask, _named(ask), account, applied=False)})


def list_changes(ask: Ask) -> Answer:
    """Requested increases; of one quota if the caller names it."""
    account = _account(ask, f"servicequotas:{ask.operation}")
    fields = ask.call.fields
    names = {quota.code: quota.name for quota in ask.world.aws.quota}
    changes = tuple(
        {
            "Id": change.id,
            "CaseId": "",
            "ServiceCode": "bedrock",
            "ServiceName": "Amazon Bedrock",
            "QuotaCode": change.code,
            "QuotaName": names.get(change.code, change.code),
            "DesiredValue": change.value,
            "Status": change.status,
            "Created": (change.created - _EPOCH).days * 86_400,
            "Unit": "None",
            "GlobalQuota": False,
        }
        for change in account.changes
        if change.region == ask.place
        and fields.get("QuotaCode") in (None, change.code)
        and fields.get("Status") in (None, change.status)
    )
    return _paged(ask, "RequestedQuotas", changes)


def _account(ask: Ask, action: str) -> Account:
    _, account = check_allowed(ask, action)
    region_of(ask)
    if ask.call.fields.get("ServiceCode") != "bedrock":
        raise Fails(400, "NoSuchResourceException", "The request failed because the specified service does not exist.")
    return account


def _quotas(ask: Ask) -> Iterator[Quota]:
    """The world's quotas, then fillers like those of the real list."""
    yield from ask.world.aws.quota
    for number in range(ask.world.aws.more_quotas):
        code = f"L-{zlib.crc32(f'quota {number}'.encode()):08X}"
        yield Quota(code=code, name=f"Batch inference job size (in GB) for model family {number}", value=5.0)


def _named(ask: Ask) -> Quota:
    match = next((quota for quota in _quotas(ask) if quota.code == ask.call.fields.get("QuotaCode")), None)
    if match is None:
        raise Fails(400, "NoSuchResourceException", "The request failed because the specified quota does not exist.")
    return match


def _shown(ask: Ask, quota: Quota, account: Account, *, applied: bool) -> dict[str, object]:
    owner = account.id if applied else ""
    return {
        "ServiceCode": "bedrock",
        "ServiceName": "Amazon Bedrock",
        "QuotaArn": f"arn:aws:servicequotas:{ask.place}:{owner}:bedrock/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": account.quotas.get(quota.code, quota.value) if applied else quota.value,
        "Unit": "None",
        "Adjustable": quota.adjustable,
        "GlobalQuota": False,
        **({"QuotaAppliedAtLevel": "ACCOUNT"} if applied else {}),
    }


def _paged(ask: Ask, name: str, items: tuple[dict[str, object], ...]) -> Answer:
    fields = ask.call.fields
    size, token = fields.get("MaxResults"), fields.get("NextToken")
    found, more = page(items, token if isinstance(token, str) else None, size if isinstance(size, int) else _SMALL_PAGE)
    return as_json_1x({name: found, **({"NextToken": more} if more else {})})
