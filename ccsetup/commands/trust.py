"""`ccsetup trust`: allow the references of a profile that came from elsewhere."""

from ccsetup import report
from ccsetup.commands import Context, Profile
from ccsetup.page import visible

EXAMPLE = """Allow the references of a profile that came from elsewhere: commands (cmd:, op://),
other secrets, and variables that could run a program (PATH, NODE_OPTIONS, …).

Read what it prints: that is run, or read, on this machine whenever the profile is used.

  ccsetup trust shared
"""


def trust(context: Context, name: Profile) -> None:
    desk = context.obj
    allowed = desk.trust.record(name, desk.claims(desk.store.load(name)))
    if not allowed:
        report.say(f"profile {name} needs no trust; there is nothing to allow")
    for reference in allowed:
        report.say(f"profile {name} may use: {visible(reference)}")
