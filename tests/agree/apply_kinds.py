"""Set-ups next to saved profiles that `apply` writes: variables of the user that they need."""

from collections.abc import Mapping

from tests.agree.kinds import ALLOWED, PROJECT, USER, WORKLOAD, Case

_STATE, _LOCAL = ".claude.json", "work/.claude/settings.local.json"
_NO = dict.fromkeys(ALLOWED, "0")
_BY_PROGRAM = """schema = 1
surface = "vertex"
[set]
project = "acme-ml"
location = "global"
credentials_file = "@HOME/wif.json"
"""

ALLOWING: Mapping[str, tuple[Case, str]] = {
    f"program allowed in {name}": (({**WORKLOAD, **files}, variables), _BY_PROGRAM)
    for name, files, variables in (
        ("the state file", {_STATE: {"env": ALLOWED}}, {}),
        ("the user's file", {USER: {"env": ALLOWED}}, {}),
        ("the shell", {}, ALLOWED),
        ("the shell, not in the state file", {_STATE: {"env": _NO}}, ALLOWED),
        ("the state file, not in the user's", {_STATE: {"env": ALLOWED}, USER: {"env": _NO}}, {}),
        ("a project's file", {PROJECT: {"env": ALLOWED}}, {}),
        ("a local file", {_LOCAL: {"env": ALLOWED}}, {}),
        ("no file", {}, {}),
    )
}
"""A credentials file that names a program, and which layer allows it."""
