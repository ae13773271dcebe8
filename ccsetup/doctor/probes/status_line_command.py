"""Probe whether the status line that `ccsetup statusline` installed still starts this ccsetup."""

import sys
from collections.abc import Iterator

from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.knowledge.pages import Finding
from ccsetup.system import own_command

_LINE = "statusLine"
_NAME = "status-line"


def check_status_line(case: Case) -> Iterator[Result]:
    """Check the user's own settings, where it is installed."""
    seen = False
    for layer in case.surroundings.layers:
        value = layer.content.get(_LINE) if layer.name == "user" else None
        words = own_command.split(value.get("command")) if isinstance(value, dict) else None
        if words is None or words.arguments[:1] != ("statusline",):
            continue
        seen = True
        old = own_command.find_outdated(words, sys.argv[0])
        if old is None:
            yield Passed(_NAME, str(layer.path))
        else:
            facts = {"path": str(layer.path), "reason": old.reason}
            yield Finding("statusline-outdated", case.facts(**facts), "info" if old.harmless else None)
    if not seen:
        yield Skipped(_NAME, "ccsetup has not installed a status line", telling=False)
