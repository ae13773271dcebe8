"""`ccsetup init`: a new profile from flags, and from questions for what they leave open."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.commands.init import adopt
from ccsetup.commands.surfaces import COMMON
from ccsetup.doctor import messages
from ccsetup.knowledge import secret_shapes
from ccsetup.knowledge.surfaces import Surface, load_surfaces
from ccsetup.profile.profile import ALLOW_HTTP, REFERENCES, check_name, is_reference
from ccsetup.system import console, prompt
from ccsetup.system.errors import PROBLEM, UNAVAILABLE, UserError
from ccsetup.system.spelling import suggest
from ccsetup.wizard import defaults, urls
from ccsetup.wizard.draft import KEYRING, REPLACES, Draft, Verification, check_draft, save, verify_draft
from ccsetup.workspace import Workspace

EXAMPLE = """Create a profile, and verify it before it is saved.

Prompts for anything that is not given as a flag. With --yes it never prompts and accepts the defaults.

  ccsetup init
  ccsetup init work --surface api-key --key-stdin --yes < key.txt
  ccsetup init bedrock-prod --surface bedrock --set region=us-east-1 --yes
  ccsetup init vertex --surface vertex --set project=my-project --yes
  ccsetup init mine --from-settings   # adopt what Claude Code is set up with
"""

_TABLES = ("models", "env", "expect")


def more_help() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Sections at the end of the help: the surfaces and their keys."""
    rows = []
    for name, surface in load_surfaces().surfaces.items():
        keys = ", ".join(f"{ask.name}*" if ask.required else ask.name for ask in surface.ask)
        rows.append((name, f"{surface.title}: {keys}"))
    yield "Keys for --set (* = required; see ccsetup surfaces NAME)", rows
    yield "Keys of every surface", list(COMMON)


def init(
    context: Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Name of the new profile.")] = None,
    surface: Annotated[str | None, typer.Option(help="Provider; see the list below.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set a profile value (repeatable).")
    ] = None,
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read the API key or token from standard input.")
    ] = False,
    from_env: Annotated[bool, typer.Option("--from-env", help="Use the variables that this shell exports.")] = False,
    from_settings: Annotated[
        bool, typer.Option("--from-settings", help="Use the settings in Claude Code's settings file.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Skip prompts and accept defaults.")] = False,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Save without checking; makes no request.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the profile instead of saving it.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing profile; save despite errors.")] = False,
) -> None:
    from ccsetup.wizard import flow
    from ccsetup.wizard.flow import Start

    workspace = context.obj

    def fill(draft: Draft) -> None:
        chosen = workspace.knowledge.surface(draft.surface)
        parse(set_ or (), chosen, draft)
        if key_stdin:
            _promise_secret(draft, chosen)

    if from_env or from_settings:
        if from_env and from_settings:
            raise UserError("--from-env cannot be used with --from-settings", "use one of them")
        adopted = adopt.adopt_draft(
            workspace, name, surface, set_ or (), settings=from_settings, yes=yes, dry_run=dry_run
        )
        fill(adopted)
        _save(workspace, adopted, key_stdin=key_stdin, no_verify=no_verify, dry_run=dry_run, force=force)
        if from_settings and not dry_run:
            adopt.hint(workspace)
        return
    start = Start(name, surface, fill, key_stdin=key_stdin, verify=not no_verify, dry_run=dry_run, force=force)
    if not yes and flow.needs_questions(workspace, start):
        from ccsetup.wizard.terminal import Terminal

        raise typer.Exit(flow.run_wizard(workspace, start, Terminal()))
    if name is None:
        raise UserError("init needs the new profile's name", "for example: ccsetup init bedrock-prod --surface bedrock")
    check_name(name)
    if surface is None:
        raise UserError("init needs --surface", f"one of: {', '.join(workspace.knowledge.surfaces)}")
    draft = Draft(name, surface)
    fill(draft)
    _save(workspace, draft, key_stdin=key_stdin, no_verify=no_verify, dry_run=dry_run, force=force)


def _save(workspace: Workspace, draft: Draft, *, key_stdin: bool, no_verify: bool, dry_run: bool, force: bool) -> None:
    """Check the draft, query its provider, and save it."""
    from ccsetup.providers import regions
    from ccsetup.wizard import finish

    name, chosen = draft.name, workspace.knowledge.surface(draft.surface)
    for note in (*urls.understand_all(chosen, draft), *defaults.fill_defaults(workspace, draft, chosen)):
        console.say(f"note: {note}")
    profile = check_draft(workspace, draft)
    if not force:
        workspace.store.refuse_taken(name, REPLACES)
    if not no_verify:
        regions.refuse_unknown(profile)
    secret_setting = draft.secret_question(chosen)
    if key_stdin and secret_setting is not None:
        draft.secrets[secret_setting.name] = prompt.read_secret(
            secret_setting.text, workspace.system, lines=secret_setting.plain
        )
    outcome = None if no_verify else verify_draft(workspace, draft, profile)
    if outcome is not None:
        _tell(workspace, outcome, force=force)
    if dry_run:
        console.answer_document(draft.text().decode())
        return
    save(workspace, draft, force=force, pending=outcome.errors if outcome else ())
    was_verified = outcome is not None and outcome.is_verified
    state = "pending" if outcome and outcome.errors else "verified" if was_verified else "unverified"
    finish.print_saved(workspace, name, state)


def _promise_secret(draft: Draft, surface: Surface) -> None:
    if surface.secret is None:
        raise UserError(
            f"surface {draft.surface} has no secret, so --key-stdin has nothing to fill",
            f"leave out --key-stdin; its settings: ccsetup surfaces {draft.surface}",
        )
    if any(ask.secret and draft.set.get(ask.name) == KEYRING for ask in surface.ask):
        return  # the user named the setting
    if surface.secret.name in draft.set:
        raise UserError(f"--key-stdin and --set {surface.secret.name}=… both give the secret", "use one of them")
    draft.set[surface.secret.name] = "keyring:"


def _tell(workspace: Workspace, outcome: Verification, *, force: bool) -> None:
    """Report what verification found; exit if it prevents saving."""
    home = str(workspace.system.home)
    if outcome.failure is not None:
        messages.print_failure(outcome.failure.finding, outcome.failure.words, home, unsaved=True)
        if outcome.lists_nothing:
            messages.print_faults(outcome.errors, home)
    elif outcome.verified is not None:
        messages.print_faults(outcome.errors, home)
        messages.print_findings(outcome.warnings, home)
        for note in outcome.verified.notes:
            console.say(note)
        for tier, pin in outcome.verified.pins.items():
            console.say(f"{tier} is {pin}")
    if not outcome.errors or force:
        return
    console.say("Not saved. Use --force to save anyway, or --no-verify to skip the check.")
    raise typer.Exit(UNAVAILABLE if outcome.could_not_look else PROBLEM)


def parse(settings: Iterable[str], surface: Surface, draft: Draft) -> None:
    """Put `KEY=VALUE` flags into the draft. Raises UserError, without the value, for an unknown key or a bare
    secret."""
    known = [ask.name for ask in surface.ask]
    for setting in settings:
        key, equals, value = setting.partition("=")
        table, dot, rest = key.partition(".")
        if not equals:
            raise UserError("--set takes KEY=VALUE", f"for example: --set {known[0]}=…")
        ask, value = surface.question(key), value if table == "env" else secret_shapes.trim(value)
        if ask is not None and ask.secret and not ask.plain and not is_reference(value):
            raise UserError(
                f"--set {key} holds a bare secret, which is now in your shell's history: remove it there",
                f"then use --key-stdin, or give a reference: {' '.join(REFERENCES)}",
            )
        refers = ask is not None and ask.secret and is_reference(value)
        _refuse_secret(surface, key, rest or key, value, refers=refers)
        if ask is not None or key == ALLOW_HTTP:
            draft.set[key] = value
        elif dot and table in _TABLES:
            getattr(draft, table)[rest] = value
        else:
            hint = suggest(key, known) or f"known: {', '.join(known)}, models.…, env.…, expect.…"
            # A key pasted without its name may contain an equals sign, so it is not repeated.
            shown = f"--set {key}" if re.fullmatch(r"[a-z_.]{1,40}", key) else "--set"
            raise UserError(f"{shown}: no such setting", hint)


def _refuse_secret(surface: Surface, key: str, name: str, value: str, *, refers: bool) -> None:
    """Raise UserError for a value that holds a secret. It names the kind, and the key unless that may be a secret
    itself."""
    if secret_kind := secret_shapes.find_secret(value) if refers else secret_shapes.kind(name, value):
        is_name = re.fullmatch(r"[A-Za-z0-9_.]{1,60}", key) and not secret_shapes.find_secret(key)
        raise UserError(
            f"--set{f' {key}' if is_name else ''} holds {secret_kind}, which is in your shell's history now",
            (_secret_hint(surface, key), "more: ccsetup explain value-holds-secret"),
        )


def _secret_hint(surface: Surface, key: str) -> str:
    """Return the hint where the secret in this setting belongs."""
    ask = surface.question(key)
    if ask is not None and ask.path:
        return f"save the key in a file with mode 0600, and give its path: --set {key}=PATH"
    if ask is not None and ask.plain:
        return f"save the lines in a file with mode 0600, and refer to it: --set {key}=file:PATH"
    if key == "base_url":
        return "leave the login or token out of the URL; send it as a header: --set headers=file:PATH"
    secrets = [item.name for item in surface.ask if item.secret]
    return f"give the secret as a reference instead: {', or '.join(f'--set {item}=file:PATH' for item in secrets)}"
