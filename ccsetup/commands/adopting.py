"""`ccsetup init --from-env` and `--from-settings`: what is set up already, as a profile."""

from collections.abc import Iterable

from ccsetup import adopt, keyboard, report
from ccsetup.adopt import Adopted
from ccsetup.desk import Desk
from ccsetup.drafts import Draft
from ccsetup.profile import check_name
from ccsetup.refusal import Refusal


def lead(
    desk: Desk, name: str | None, surface: str | None, given: Iterable[str], *, settings: bool, yes: bool, dry_run: bool
) -> Draft:
    """The draft of what is there, with what could not be adopted said; a secret moves only with agreement.

    `given` are the flags `KEY=VALUE` that go before it.
    """
    if name is None:
        raise Refusal("init needs the new profile's name", "for example: ccsetup init mine --from-env")
    source = adopt.strongest(desk.scene(desk.config_dir)) if settings else adopt.shell(desk)
    found = adopt.adopt(desk, check_name(name), source)
    title = desk.knowledge.surface(found.draft.surface).title
    if surface is not None and surface != found.draft.surface:
        raise Refusal(f"{source.name} selects {found.draft.surface}, not {surface}", "leave --surface out")
    home = str(desk.world.home)
    report.say(report.redact(f"adopting {title} from {source.name}", home))
    for left, reason in found.left:
        report.say(f"not adopted: {left}: {reason}")
    if found.secret is not None and found.answer not in {flag.partition("=")[0] for flag in given}:
        _secret(desk, found, yes=yes or dry_run)
    return found.draft


def _secret(desk: Desk, found: Adopted, *, yes: bool) -> None:
    """A key in a settings file goes into the keyring or nowhere; one of the shell's may stay where it is."""
    if found.source.layer is None and (yes or not desk.world.interactive):
        adopt.keep_by_reference(found)
        return
    question = f"Move {found.variable} ({found.secret}) into this machine's keyring?"
    if keyboard.agreed(question, desk.world, yes=yes):
        adopt.keep_in_keyring(found)
    elif found.source.layer is None:
        adopt.keep_by_reference(found)
    else:
        raise Refusal(
            "a profile holds no secret in plain text, and nothing was saved",
            f"say where it is kept: --set {found.answer}=file:PATH (mode 0600), op://… or cmd:COMMAND",
        )


def hint(desk: Desk) -> None:
    """What was adopted still stands in its file, and would beat every other profile."""
    source = adopt.strongest(desk.scene(desk.config_dir))
    if source.layer is None:
        return
    home = str(desk.world.home)
    report.say(report.redact(f"{source.name} still says the same, and beats every other profile", home))
    report.say(f"  take it out: ccsetup apply --clear --scope {source.layer.name}")
