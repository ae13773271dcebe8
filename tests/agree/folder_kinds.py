"""Set-ups whose settings file names another configuration folder (CLAUDE_CONFIG_DIR)."""

from collections.abc import Mapping

from tests.agree import direct
from tests.agree.kinds import KEY, KEYED, LOGIN, PROJECT, TOKEN, USER, Case
from tests.agree.kinds_files import CONSOLE_KEY

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


def _console(key: str, **env: str) -> Mapping[str, object]:
    return {"hasCompletedOnboarding": True, "primaryApiKey": key, "env": env}


_NAMING = {USER: {"env": {"CLAUDE_CONFIG_DIR": "@HOME/elsewhere"}}}
_BY_TOKEN = {"ANTHROPIC_BASE_URL": "@LAB", "ANTHROPIC_AUTH_TOKEN": TOKEN}
_THIRD_FOLDER = {"CLAUDE_CONFIG_DIR": "@HOME/third"}
_FIRST, _OTHER_STATE, _THIRD_STATE = ".claude.json", "elsewhere/.claude.json", "third/.claude.json"
CONSOLE: Mapping[str, Case] = {
    "key of the first": ({**_NAMING, _FIRST: _console(KEY)}, {}),
    "key of the other": ({**_NAMING, _OTHER_STATE: _console(KEY)}, {}),
    "wrong key of the first, right of the other": (
        {**_NAMING, _FIRST: _console(CONSOLE_KEY), _OTHER_STATE: _console(KEY)},
        {},
    ),
    "key of the first, which names the other": ({_FIRST: _console(KEY, CLAUDE_CONFIG_DIR="@HOME/elsewhere")}, {}),
    "key of the shell's folder, where the user's file names another": (
        {"third/settings.json": _NAMING[USER], _THIRD_STATE: _console(KEY)},
        _THIRD_FOLDER,
    ),
    "key of the folder that the shell's names": (
        {"third/settings.json": _NAMING[USER], _OTHER_STATE: _console(KEY)},
        _THIRD_FOLDER,
    ),
    "key of the home, not of the shell's folder": ({_FIRST: _console(KEY)}, _THIRD_FOLDER),
    "wrong key of the first beside a token": ({**_NAMING, _FIRST: _console(CONSOLE_KEY)}, _BY_TOKEN),
    "wrong key of the other beside a token": ({**_NAMING, _OTHER_STATE: _console(CONSOLE_KEY)}, _BY_TOKEN),
    "key of the other beside a login": ({**_NAMING, **LOGIN, _OTHER_STATE: _console(KEY)}, {}),
    "key of the first, a project names the other": ({PROJECT: _NAMING[USER], _FIRST: _console(KEY)}, {}),
}
"""The Console's key of several folders: that of the state file counts, which no settings file moves."""
_WRONG = {"env": {"ANTHROPIC_API_KEY": "wrong-key-0000000000000000000000"}}
_PLAN = 'schema = 1\nsurface = "subscription"\n[set]\nplan = "max-20x"\n'
SAVED_ELSEWHERE: Mapping[str, tuple[Case, str]] = {
    "key, the user's file names another folder": (({**_NAMING, "key": KEY}, {}), KEYED),
    "key, and the other folder's wrong one": (
        ({**_NAMING, "key": KEY, "elsewhere/settings.json": _WRONG}, {}),
        KEYED,
    ),
    "key, the state file names another folder": (({_FIRST: _NAMING[USER], "key": KEY}, {}), KEYED),
    "login, the user's file names another folder": (({**_NAMING, **LOGIN}, {}), _PLAN),
}
"""A saved profile where the user's settings are read in another folder, which is the one that `apply` writes."""
