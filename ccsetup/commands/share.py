"""`ccsetup export` and `import`: profiles as one TOML document, without secrets."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ccsetup import report, store
from ccsetup.commands import Context, names
from ccsetup.desk import Desk
from ccsetup.page import visible
from ccsetup.profile import SCHEMA, check_name, moves_requests, toml
from ccsetup.refusal import Refusal
from ccsetup.vault import needs_trust

EXPORT = """Print profiles as one document that others can import. Secrets stay: a profile only says where they are.

  ccsetup export bedrock-prod vertex > team.toml
"""
IMPORT = """Add the profiles of a document; `-` reads standard input. Either all are added or none.

  ccsetup import team.toml
"""


class _Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    profiles: dict[str, dict[str, object]]


def export(
    context: Context,
    profiles: Annotated[list[str], typer.Argument(metavar="NAME…", help="The profiles.", autocompletion=names)],
) -> None:
    desk = context.obj
    texts = []
    for name in dict.fromkeys(profiles):
        text = desk.store.text(name)
        desk.store.read(name, text)
        texts.append((name, text))
    report.answer(store.bundle(texts))


def import_(context: Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="The document.")]) -> None:
    import tomlkit

    desk = context.obj
    try:
        content = _standard_input() if str(file) == "-" else file.read_bytes()
        bundle = msgspec.convert(toml(content), _Bundle)
    except OSError as why:
        raise Refusal(f"cannot read {file}: {why.strerror}") from why
    except msgspec.DecodeError as why:
        raise Refusal(f"{file}: {visible(str(why))}", "import takes what `ccsetup export` prints") from why
    if bundle.schema > SCHEMA:
        raise Refusal(f"{file}: schema {bundle.schema} is newer than this ccsetup knows ({SCHEMA})", "upgrade ccsetup")
    texts = {name: tomlkit.dumps(profile).encode() for name, profile in bundle.profiles.items()}
    with desk.store.lock():
        for name, text in texts.items():
            desk.store.read(check_name(name), text)
            desk.store.refuse_taken(name)
        _save_all(desk, texts)
    for name in texts:
        _announce(context, name)


def _standard_input() -> bytes:
    return sys.stdin.buffer.read() if sys.stdin else b""


def _save_all(desk: Desk, texts: Mapping[str, bytes]) -> None:
    """Every profile, or none: those already saved go again when one cannot be."""
    saved: list[str] = []
    desk.sweep()
    try:
        for name, text in texts.items():
            # What was trusted under this name was another profile, whose file somebody deleted by hand.
            desk.trust.receive(name)
            desk.pending.clear(name)
            saved.append(name)
            # A key that was stored under this name is not the imported profile's.
            desk.entries.ended(name, desk.own_entries(desk.store.read(name, text)))
            desk.store.save(name, text)
    except BaseException:  # Ctrl-C included
        for name in saved:
            desk.trust.forget(name)
            if desk.store.exists(name):
                desk.store.remove(name)
        raise
    desk.sweep()


def _announce(context: Context, name: str) -> None:
    """What a profile from elsewhere will do here, so that nothing of it comes as a surprise."""
    desk = context.obj
    profile = desk.store.load(name)
    report.say(f"imported {name} ({profile.surface})")
    if url := profile.set.get("base_url"):
        report.say(report.redact(f"  sends requests to {visible(url)}", ""))
    if profile.env:
        report.say(f"  also sets {', '.join(profile.env)}")
    if any(claim.startswith("env.") for claim in desk.claims(profile)):
        report.say(f"  some of which could run a program here; to allow it: ccsetup trust {name}")
    for answer, reference in desk.references(profile).items():
        report.say(f"  takes its {answer} from {visible(reference)}")
        if needs_trust(reference, moved=moves_requests(profile)) and not desk.trust.allows(name, reference):
            report.say(f"  which nobody on this machine has allowed yet; to allow it: ccsetup trust {name}")
        if reference == "keyring:":
            report.say(f"  which is yours to store: ccsetup key {name} --set")
