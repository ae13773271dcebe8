"""`ccsetup trust`: allow the commands that a profile's references run."""

from ccsetup import report
from ccsetup.commands import Context, Profile
from ccsetup.page import visible

EXAMPLE = """Allow the command references (cmd:, op://) of a profile that came from elsewhere.

Read what it prints: these commands run on this machine whenever the profile is used.

  ccsetup trust shared
"""


def trust(context: Context, name: Profile) -> None:
    desk = context.obj
    references = desk.references(desk.store.load(name))
    commands = desk.trust.record(name, references.values())
    if not commands:
        report.say(f"profile {name} runs no command for its secret; there is nothing to trust")
    for command in commands:
        report.say(f"profile {name} may run: {visible(command)}")
