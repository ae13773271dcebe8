"""The command line that makes the same profile without questions."""

from ccsetup.system.display import pasted
from ccsetup.wizard.draft import KEYRING, Draft


def sort_answers(draft: Draft, asks: tuple[str, ...], models: tuple[str, ...]) -> None:
    """Sort the settings as flags would: the surface's order, a new secret last."""
    place = {name: number for number, name in enumerate(asks)}
    last = {name for name, value in draft.set.items() if value == KEYRING and name in draft.secrets}
    draft.set = {name: draft.set[name] for name in sorted(draft.set, key=lambda name: (name in last, place[name]))}
    draft.models = {name: draft.models[name] for name in models if name in draft.models}


def command(draft: Draft, usual: str | None, *extra: str) -> str:
    """Return one line for a POSIX shell, without secrets: a new secret comes by standard input. `usual` is the setting
    that it fills by default."""
    words = ["ccsetup", "init", draft.name, "--surface", draft.surface]
    by_stdin = False
    for table, answers in (("", draft.set), ("models.", draft.models), ("env.", draft.env), ("expect.", draft.expect)):
        for name, value in answers.items():
            if value == KEYRING and name in draft.secrets:
                by_stdin = True
            if value != KEYRING or name not in draft.secrets or name != usual:
                words += ["--set", f"{table}{name}={value}"]
    return " ".join(map(pasted, (*words, *(["--key-stdin"] if by_stdin else []), *extra, "--yes")))
