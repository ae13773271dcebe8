"""A recording (`ccsetup doctor --record`) as the errors in it, and as specimens for the pages of `checks/`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ccsetup.knowledge import pages
from ccsetup.providers import http, recognise
from ccsetup.providers.anthropic import protocol
from ccsetup.providers.google import api
from ccsetup.providers.recognise import Said

# By the end of the host that answered; any other is a gateway's.
SURFACES = {
    "amazonaws.com": "bedrock",
    "googleapis.com": "vertex",
    "anthropic.com": "api-key",
    "services.ai.azure.com": "foundry",
}


def missing_specimens(file: Path) -> dict[str, str]:
    """The lines that belong under "You see" and are not there, each with the page that recognises it."""
    missing = {}
    for surface, said in refusals(file):
        slug = recognise.finding(said, surface).check
        known = [one[:3] for one in pages.specimens(slug)]
        if (said.status, said.code, said.message) not in known:
            status = f"{said.status} " if said.status else ""
            missing[f"> {status}{said.code}: {said.message}"] = slug
    return missing


def refusals(file: Path) -> Iterator[tuple[str, Said]]:
    """(surface, error) of each answer that is a refusal."""
    for answer in json.loads(file.read_text())["answers"]:
        if answer["status"] >= 400:
            surface = next((SURFACES[end] for end in SURFACES if answer["host"].endswith(end)), recognise.GATEWAY)
            response = http.Response(answer["status"], answer["headers"], answer["body"].encode())
            read = {"bedrock": _aws_error, "vertex": api.google_error}.get(surface, protocol.api_error)
            yield surface, read(response)


def _aws_error(response: http.Response) -> Said:
    if tags := dict(re.findall(r"<(Code|Message)>([^<]*)</", response.text)):
        return Said(response.status, tags.get("Code", ""), tags.get("Message", ""))
    body = json.loads(response.text)
    code = response.headers.get("x-amzn-errortype", "").partition(":")[0] or body.get("__type", "").rpartition("#")[2]
    return Said(response.status, code, body.get("message") or body.get("Message") or "")
