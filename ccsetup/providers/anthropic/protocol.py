"""Headers and errors common to Anthropic's API and the platforms that serve the same API."""

from ccsetup.providers import http
from ccsetup.providers.access import Access
from ccsetup.providers.recognise import Said
from ccsetup.system import decoding


def custom_headers(access: Access) -> dict[str, str]:
    """Parse ANTHROPIC_CUSTOM_HEADERS, which the client sends on every surface: {name in lower case: value}."""
    lines = access.environment.get("ANTHROPIC_CUSTOM_HEADERS", "").splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def api_error(answer: http.Response) -> Said:
    """Parse an API error: its type, its message, and its error_code, if present, as a part."""
    try:
        error = decoding.from_json_of_any_form(answer.body)["error"]
        details = error.get("details") or {}
        parts = {"error_code": str(details["error_code"])} if "error_code" in details else {}
        return Said(answer.status, str(error["type"]), str(error["message"]), parts)
    except (ValueError, LookupError, TypeError, AttributeError):
        return Said(answer.status, str(answer.status), " ".join(answer.text.split())[:300])
