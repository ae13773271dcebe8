"""`ccsetup export` and `import`: profiles as one TOML document without secrets."""

import errno
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ccsetup.commands import importing, trust_prompt
from ccsetup.commands.arguments import Context, names
from ccsetup.commands.unreadable import print_left_out
from ccsetup.profile import profile as profiles
from ccsetup.profile.bundle import bundle, tables, without_home
from ccsetup.profile.profile import SCHEMA
from ccsetup.system import console, decoding, files, toml
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.system.malformed import describe
from ccsetup.system.os_errors import cannot

EXPORT = """Print profiles as one document that others can import.

Secrets are not exported: the document only says where each profile keeps them. Paths in your home folder are written
as ~/…, so that they fit another machine.

  ccsetup export bedrock-prod vertex > team.toml
  ccsetup export --all > mine.toml      # to move to another machine

Exit codes: 0 all of them, 3 an unreadable profile was left out.
"""
IMPORT = """Add the profiles of an exported document.

Adds all of them or none. An imported profile that would run programs, read files or send secrets needs your consent
first: ccsetup trust NAME, or ccsetup trust --all.

  ccsetup import team.toml
  ccsetup import - < team.toml
  ccsetup import --update team.toml   # replace profiles of these names, after showing the difference
"""

LARGEST = 4 << 20  # bytes of a document; a thousand profiles have one
MOST = 100_000  # values of it


class _Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    profiles: dict[str, dict[str, object]]


def export(
    context: Context,
    profiles: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help="Profiles to export.", autocompletion=names)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Export every profile.")] = False,
) -> None:
    workspace = context.obj
    if bool(profiles) == all_:
        raise UserError("export needs the names of profiles, or --all", "for example: ccsetup export --all > mine.toml")
    home = str(workspace.system.home)
    chosen = workspace.store.names() if all_ else dict.fromkeys(profiles or ())
    if not chosen:
        raise UserError("there are no profiles to export", "create one with: ccsetup init")
    readable, unreadable = workspace.store.read_each(chosen)
    if unreadable and not (all_ and readable):
        raise unreadable[0][1]
    documents = []
    for name, text, profile in readable:
        trust_prompt.warn_if_untrusted(workspace, name, profile)
        document = tables(text)
        for setting in without_home(document, workspace.knowledge.surfaces[profile.surface], home):
            console.say(f"{name}: {setting} names your home folder here; correct it after the import")
        documents.append((name, document))
    console.answer_program(bundle(documents))
    if print_left_out(unreadable, home):
        raise typer.Exit(UNAVAILABLE)


def import_(
    context: Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The exported document; - reads standard input.")],
    update: Annotated[
        bool, typer.Option("--update", help="Replace existing profiles of these names; shows the difference and asks.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --update: do not ask.")] = False,
) -> None:
    workspace = context.obj
    if yes and not update:
        raise UserError("--yes needs --update", "without --update nothing is asked")
    texts = importing.checked(workspace, _read(file), str(file))
    if update:
        importing.update(workspace, texts, yes=yes)
    else:
        importing.add(workspace, texts)


def _read(file: Path) -> dict[str, bytes]:
    """Read the profiles of an exported document."""
    import tomlkit

    named = "standard input" if str(file) == "-" else str(file)
    try:
        document = _standard_input() if str(file) == "-" else files.read_named(file, LARGEST, waits=True)
        bundle = decoding.convert(toml.tables(document, MOST), _Bundle)
    except OSError as error:
        raise cannot("read", named, error) from error
    except msgspec.DecodeError as error:
        raise UserError(f"{named}: {describe(error, 'TOML')}", "import takes what `ccsetup export` prints") from error
    if bundle.schema > SCHEMA:
        raise UserError(
            f"{named}: schema {bundle.schema} is newer than this ccsetup knows ({SCHEMA})", "upgrade ccsetup"
        )
    for name, content in bundle.profiles.items():
        if sum(1 for _ in toml.values(content)) > 2 * profiles.MOST:
            raise UserError(f"{named}: profile {name} holds more than {profiles.MOST:,} values", "leave some out")
    return {name: tomlkit.dumps(profile).encode() for name, profile in bundle.profiles.items()}


def _standard_input() -> bytes:
    content = sys.stdin.buffer.read(LARGEST + 1) if sys.stdin else b""
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"larger than {LARGEST >> 10:,} KiB")
    return content
