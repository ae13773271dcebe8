"""Words off the wire: an HTTP answer of Google or Anthropic as `Said`, as CONTRIBUTING says it is told apart."""

import json
from typing import Any

from ccsetup.recognise import Said


def said(status: int, content_type: str, body: bytes) -> Said:
    """What an answer says; a body that is no JSON is nobody's API."""
    text = body.decode()
    if not content_type.startswith("application/json"):
        return Said(status, "NotTheApi", text)
    found: Any = json.loads(text)
    found = found[0] if isinstance(found, list) else found  # an error of a stream comes in an array
    error = found["error"]
    if isinstance(error, str):
        told = {name: value for name, value in found.items() if name not in ("error", "error_description")}
        return Said(status, error, found["error_description"], told)
    if "type" in error:
        return Said(status, error["type"], error["message"], error.get("details", {}))
    info = next((one for one in error.get("details", ()) if one["@type"].endswith("ErrorInfo")), None)
    parts = {"status": error["status"]}
    if info is not None:
        parts |= {name.lower(): value for name, value in info["metadata"].items()} | {"reason": info["reason"]}
    return Said(status, parts.get("reason", error["status"]), error["message"], parts)
