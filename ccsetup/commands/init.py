"""`ccsetup init`: a new profile, from flags."""

import re
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Annotated

import typer

from ccsetup import keyboard, report, store, vault
from ccsetup.commands import Context
from ccsetup.desk import Desk
from ccsetup.profile import REFERENCES, check_name, nearest
from ccsetup.refusal import Refusal
from ccsetup.surface import Surface

EXAMPLE = """Make a profile.

  ccsetup init bedrock-prod --surface bedrock --set aws_profile=my-prod --set region=us-east-1 --yes --no-verify

  ccsetup init work --surface api-key --key-stdin --yes --no-verify < key.txt

  ccsetup init vertex --surface vertex --set project=my-project --set location=global --yes --no-verify
"""

_TABLES = ("models", "env", "expect")


@dataclass(slots=True)
class Answers:
    """The `--set` flags, by table of the profile."""

    set: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    expect: dict[str, str] = field(default_factory=dict)


def init(
    context: Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The new profile's name.")] = None,
    surface: Annotated[str | None, typer.Option(help="How Claude is reached.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An answer; repeatable.")] = None,
    key_stdin: Annotated[bool, typer.Option("--key-stdin", help="Read the secret from standard input.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Make no request; save unverified.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the file instead of writing it.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a profile of this name.")] = False,
) -> None:
    desk = context.obj
    known = ", ".join(desk.knowledge.surfaces)
    if name is None:
        raise Refusal("init needs the new profile's name", "for example: ccsetup init bedrock-prod --surface bedrock")
    check_name(name)
    if surface is None:
        raise Refusal("init needs --surface", f"one of: {known}")
    chosen = desk.knowledge.surface(surface)
    answers = parse(set_ or (), chosen)
    if key_stdin:
        if chosen.secret is None:
            raise Refusal(f"surface {surface} has no secret, so --key-stdin has nothing to fill")
        if chosen.secret.name in answers.set:
            raise Refusal(f"--key-stdin and --set {chosen.secret.name}=… both give the secret", "use one of them")
        answers.set[chosen.secret.name] = "keyring:"
    for ask in chosen.ask:
        if ask.required and ask.name not in answers.set:
            raise Refusal(f"init needs --set {ask.name}=… for surface {surface}", ask.text)
    text = store.compose(surface, answers.set, answers.models, answers.env, answers.expect)
    try:
        desk.store.read(name, text)
    except Refusal as why:  # there is no file yet to mend
        raise Refusal(why.what.removeprefix(f"{desk.store.path(name)}: "), "say it with another --set") from why
    if not force:
        desk.store.refuse_taken(name)
    if not (no_verify or dry_run):
        raise Refusal("this version of ccsetup cannot verify a profile yet", "say --no-verify to save it unverified")
    if dry_run:
        report.answer(text.decode())
        return
    _save(desk, name, text, chosen, key_stdin=key_stdin, force=force)
    report.say(f"saved {name}, unverified: {report.redact(str(desk.store.path(name)), str(desk.world.home))}")
    report.say(f'next: eval "$(ccsetup env {name})"\n  or: ccsetup run {name}')


def parse(settings: Iterable[str], surface: Surface) -> Answers:
    """`KEY=VALUE` flags as answers; an unknown key or a bare secret is a Refusal, which never repeats the value."""
    answers = Answers()
    known = [ask.name for ask in surface.ask]
    for setting in settings:
        key, equals, value = setting.partition("=")
        table, dot, rest = key.partition(".")
        if not equals:
            raise Refusal("--set takes KEY=VALUE", f"for example: --set {known[0]}=…")
        ask = surface.question(key)
        if ask is not None and ask.secret and not value.startswith(REFERENCES):
            raise Refusal(
                f"--set {key} holds a bare secret, which would stay in your shell's history",
                f"pipe it in with --key-stdin, or give a reference: {' '.join(REFERENCES)}",
            )
        if ask is not None:
            answers.set[key] = value
        elif dot and table in _TABLES:
            getattr(answers, table)[rest] = value
        else:
            hint = nearest(key, known) or f"known: {', '.join(known)}, models.…, env.…, expect.…"
            # A key pasted without its name can hold an equals sign, and is not repeated.
            shown = f"--set {key}" if re.fullmatch(r"[a-z_.]{1,40}", key) else "--set"
            raise Refusal(f"{shown}: no such answer", hint)
    return answers


def _save(desk: Desk, name: str, text: bytes, surface: Surface, *, key_stdin: bool, force: bool) -> None:
    """Secret first, then the profile: a profile is never saved whose secret could not be."""
    secret = keyboard.secret(surface.secret.text, desk.world) if key_stdin and surface.secret else None
    with desk.store.lock():
        if not force:
            desk.store.refuse_taken(name)
        with vault.replaced(name, surface.secret.name, secret) if secret and surface.secret else nullcontext():
            desk.trust.record(name, desk.references(desk.store.read(name, text)).values())
            desk.store.save(name, text)
