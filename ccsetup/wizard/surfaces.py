"""The first questions: which way to reach Claude, and what to call it."""

from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile.profile import is_name
from ccsetup.profile.store import Store
from ccsetup.wizard.found import MachineSetup
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.talk import Talk

_HELP = "?"
# The order when nothing was found.
_USUAL = ("subscription", "api-key", "bedrock", "vertex", "claude-aws", "claude-gcp", "mantle", "foundry", "gateway")

# What a person does with Claude Code, the surface that fits, and the plan where it is a subscription.
_USES = (
    ("Now and then, by myself", "a flat, small bill", "subscription", "pro"),
    ("All day, with a flat bill", "the larger plans", "subscription", "max-5x"),
    ("Metered, at the lowest unit cost", "with prompt caching", "api-key", ""),
    ("In bursts: much at once, then nothing", "no idle cost", "api-key", ""),
    ("Regulated work, at home on AWS", "its IAM, its invoice", "bedrock", ""),
    ("Regulated work, at home on Google Cloud", "its IAM, its invoice", "vertex", ""),
)


def choose(talk: Talk, found: MachineSetup, knowledge: Knowledge) -> tuple[str, str]:
    """A surface, and the plan that the help suggested with it ("" for none)."""
    marks = {name: _mark(name, found) for name in knowledge.surfaces}
    usual = [name for name in _USUAL if name in marks] + [name for name in marks if name not in _USUAL]
    now = [chosen.surface for chosen in found.selections]
    order = sorted(usual, key=lambda name: (not marks[name], name not in now))
    choices = [
        Choice(name, knowledge.surfaces[name].title, marks[name] or knowledge.surfaces[name].bills) for name in order
    ]
    picked = talk.choose(
        "surface", "How should Claude Code reach Claude?", [*choices, Choice(_HELP, "Help me choose")], order[0]
    )
    if picked != _HELP:
        return picked, ""
    uses = [
        Choice(number, use, f"{surface}: {why}")
        for number, (use, why, surface, _) in enumerate(_USES)
        if surface in knowledge.surfaces
    ]
    use = talk.choose("use", "What is it for?", uses, 0)
    return _USES[use][2], _USES[use][3]


def name(talk: Talk, surface: str, store: Store, *, force: bool) -> str:
    """A name that no profile has yet."""
    taken = store.names()
    numbered = (f"{surface}-{number}" for number in range(2, len(taken) + 3))
    free = surface if surface not in taken else next(name for name in numbered if name not in taken)

    def check(typed: str) -> str:
        if not is_name(typed):
            return (
                "a name is ASCII letters, digits, dot, dash and underscore, not starting with dot or dash, at most 64"
            )
        if not force and store.exists(typed):
            return f"a profile called {typed!r} is there already"
        return ""

    return talk.type("name", "Name of the profile", free, check)


def _mark(surface: str, found: MachineSetup) -> str:
    """What speaks for a surface on this machine; empty for nothing."""
    marks = []
    match surface:
        case "bedrock":
            if found.aws:
                marks.append("1 AWS profile" if len(found.aws) == 1 else f"{len(found.aws)} AWS profiles")
            elif "AWS_ACCESS_KEY_ID" in found.aws_environment:
                marks.append("AWS_ACCESS_KEY_ID")
        case "vertex":
            if found.adc.usable:
                marks.append("Google credentials")
            elif found.configurations:
                marks.append("gcloud")
        case "subscription":
            if found.login is not None:
                marks.append(f"signed in, {found.login.plan}" if found.login.plan else "signed in")
        case _:
            pass
    if surface in found.keys:
        marks.append(found.keys[surface].removeprefix("env:"))
    if any(chosen.surface == surface and chosen.source != "the environment" for chosen in found.selections):
        marks.append("in use now")
    return f"found: {', '.join(marks)}" if marks else ""
