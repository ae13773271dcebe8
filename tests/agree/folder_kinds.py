"""Set-ups whose settings file names another configuration folder (CLAUDE_CONFIG_DIR)."""

from collections.abc import Mapping

from tests.agree import direct
from tests.agree.kinds import KEY, LOGIN, PROJECT, TOKEN, USER, Case

_HELPER = {"apiKeyHelper": f"echo {direct.TOKENS['key-helper']}"}
_LAYERS = {"the user's file": USER, "the state file": ".claude.json", "a project's file": PROJECT}
_FOLDERS = {
    "empty": "",
    "of blanks": "  ",
    "another": "@HOME/elsewhere",
    "relative": "elsewhere",
    "below a tilde": "~/elsewhere",
    "the usual one": "@HOME/.claude",
}


def _case(path: str, folder: str) -> Case:
    files: dict[str, object] = {USER: dict(_HELPER)}
    content = files.get(path, {})
    assert isinstance(content, Mapping)
    return {**files, path: {**content, "env": {"CLAUDE_CONFIG_DIR": folder}}}, {"ANTHROPIC_API_KEY": KEY}


FOLDERS: Mapping[str, Case] = {
    f"{name} folder, named in {layer}": _case(path, folder)
    for layer, path in _LAYERS.items()
    for name, folder in _FOLDERS.items()
}
"""The helper of the user's file signs beside the shell's key, unless the client reads its settings elsewhere."""

_ELSEWHERE = {USER: {**_HELPER, "env": {"CLAUDE_CONFIG_DIR": "@HOME/elsewhere"}}}
_LOGIN = LOGIN[".claude/.credentials.json"]
_BY_KEY = {"ANTHROPIC_API_KEY": KEY}
_THIRD: Mapping[str, object] = {"third/settings.json": {"apiKeyHelper": f"echo {KEY}"}}
_OTHER: Mapping[str, object] = {"elsewhere/settings.json": {"apiKeyHelper": f"echo {TOKEN}"}}
_NAMED = {"env": {"CLAUDE_CONFIG_DIR": "@HOME/third"}}
_BOTH = {"ANTHROPIC_AUTH_TOKEN": "nobody", "CLAUDE_CONFIG_DIR": "@HOME/elsewhere"}
MOVED: Mapping[str, Case] = {
    "helper of the other folder": ({**_ELSEWHERE, "elsewhere/settings.json": {"apiKeyHelper": f"echo {TOKEN}"}}, {}),
    "variables of the other folder": (
        {**_ELSEWHERE, "elsewhere/settings.json": {"env": {"ANTHROPIC_AUTH_TOKEN": TOKEN}}},
        {},
    ),
    "variables of both": (
        {USER: {"env": _BOTH}, "elsewhere/settings.json": {"env": {"ANTHROPIC_AUTH_TOKEN": TOKEN}}},
        {},
    ),
    "variables of the first": ({USER: {"env": {**_BOTH, "ANTHROPIC_AUTH_TOKEN": TOKEN}}}, {}),
    "variables of the other state file": (
        {**_ELSEWHERE, "elsewhere/.claude.json": {"env": {"ANTHROPIC_AUTH_TOKEN": TOKEN}}},
        {},
    ),
    "state file before the other folder": (
        {**_ELSEWHERE, ".claude.json": {"env": {"ANTHROPIC_AUTH_TOKEN": TOKEN}}},
        {},
    ),
    "state file and user's blank": (
        {
            USER: {"env": {"CLAUDE_CONFIG_DIR": "@HOME/elsewhere", "ANTHROPIC_AUTH_TOKEN": ""}},
            ".claude.json": {"env": {"ANTHROPIC_AUTH_TOKEN": TOKEN}},
        },
        {},
    ),
    "login of the other folder": ({**_ELSEWHERE, "elsewhere/.credentials.json": _LOGIN}, {}),
    "login of the first folder": ({**_ELSEWHERE, **LOGIN}, {}),
    "Console's key of the other folder": ({**_ELSEWHERE, "elsewhere/.claude.json": {"primaryApiKey": KEY}}, {}),
    "model of the first folder": ({USER: {"model": "sonnet", "env": _BOTH}}, _BY_KEY),
    "model of the other folder": ({**_ELSEWHERE, "elsewhere/settings.json": {"model": "sonnet"}}, _BY_KEY),
    "a third folder": (
        {**_ELSEWHERE, **_THIRD, "elsewhere/settings.json": {**_NAMED, "apiKeyHelper": f"echo {TOKEN}"}},
        {},
    ),
    "both files name one": ({**_ELSEWHERE, **_OTHER, **_THIRD, ".claude.json": _NAMED}, {}),
    "the shell's folder names another": (
        {**_OTHER, "third/settings.json": _ELSEWHERE[USER]},
        {"CLAUDE_CONFIG_DIR": "@HOME/third"},
    ),
    "the shell's folder, and the usual one names another": (
        {**_ELSEWHERE, **_OTHER, **_THIRD},
        {"CLAUDE_CONFIG_DIR": "@HOME/third"},
    ),
}
"""What counts of each folder where the user's file names another."""
