"""`ccsetup scope`: what to have confirmed in writing."""

from typing import Annotated, Literal

import typer

from ccsetup.advice.markdown import markdown_page
from ccsetup.advice.scope import read_scope
from ccsetup.commands.arguments import Context, Profile
from ccsetup.commands.drift.show import redacted
from ccsetup.drift.run import effective
from ccsetup.providers import access as clouds
from ccsetup.system import console
from ccsetup.system.errors import UNAVAILABLE

EXAMPLE = """Show what a profile uses, and what to have confirmed in writing before work begins.

One page for an account team or compliance: models, regions, operator, account, agreement, retention, logging and terms.
Each fact has its request and time, or the reason why it is missing; then come the questions to have answered.
No model is invoked. ccsetup does not know what a contract includes, and never claims to.

  ccsetup scope bedrock-prod > scope.md
  ccsetup scope bedrock-prod --json | jq -r '.ask[]'
  ccsetup policy bedrock-prod --with scope             # what allows the requests
"""

Format = Literal["markdown", "json"]


def scope(
    context: Context,
    name: Profile,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="Format of the page.")] = "markdown",
) -> None:
    workspace = context.obj
    profile = effective(workspace.store.load(name), workspace.knowledge)
    workspace.refuse_unusable(name, profile)
    access = workspace.access(name, profile)
    clouds.scrub(workspace.knowledge)
    with console.busy(f"looking up the facts of {name}"):
        found = read_scope(workspace, name, profile, access)
    if json or format_ == "json":
        console.answer_json(redacted(found.document))
    else:
        console.answer_document(console.redact(markdown_page(found), str(workspace.system.home)))
    denied = [fact.because for one in (found.facts, *(model.facts for model in found.models)) for fact in one.values()]
    if any("was denied: " in reason for reason in denied):
        console.say(f"some requests were denied; to allow them: ccsetup policy {name} --with scope")
    if not found.looked_up:
        console.say(f"nothing could be looked up; see why: ccsetup doctor {name}")
        raise typer.Exit(UNAVAILABLE)
