"""ANTHROPIC_CUSTOM_HEADERS, the user's own headers, which the client sends on every surface; and those of them that
carry a credential."""

from collections.abc import Mapping

VARIABLE = "ANTHROPIC_CUSTOM_HEADERS"
AUTHORIZATION, X_API_KEY = "Authorization", "X-Api-Key"


def parse_headers(text: str) -> dict[str, str]:
    """Parse one `Name: value` a line: {name in lower case: value}. Seen on 2.1.332: of two with one name the last
    counts."""
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def credentials(values: Mapping[str, str]) -> dict[str, str]:
    """Return the credentials among the headers: {AUTHORIZATION or X_API_KEY: value, "" if it is blank}."""
    given = parse_headers(values.get(VARIABLE, ""))
    return {name: given[name.lower()] for name in (AUTHORIZATION, X_API_KEY) if name.lower() in given}
