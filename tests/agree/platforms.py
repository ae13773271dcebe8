"""Foundry, Mantle and the Claude Platform on AWS."""

from ccsetup.lab.world import default
from tests.agree import aws
from tests.agree.world import Draft

RESOURCE = default().azure.resource[0]
PLATFORM_KEY = "sk-ant-aws01-agree-0000000000"


def foundry(draft: Draft) -> str:
    """Add Foundry's variables, and return a profile of it."""
    if draft.needs(0.4):
        draft.put("ANTHROPIC_FOUNDRY_RESOURCE", draft.good((RESOURCE.name, "another", "x")))
    if draft.needs(0.4):
        draft.put("ANTHROPIC_FOUNDRY_API_KEY", draft.good((RESOURCE.key, "wrong-key-0000000000000000000000")))
    if draft.happens(0.15):
        draft.put("ANTHROPIC_FOUNDRY_AUTH_TOKEN", RESOURCE.token)
    draft.files["key"] = RESOURCE.key
    deployments = [f'{tier} = "{name}"' for tier, name in zip(("opus", "sonnet"), RESOURCE.deployments, strict=False)]
    head = f'schema = 1\nsurface = "foundry"\n[set]\nresource = "{RESOURCE.name}"\nkey = "file:@HOME/key"\n'
    return "\n".join((head + "[models]", *deployments, ""))


def mantle(draft: Draft) -> str:
    """Add AWS files and variables, and return a profile of Mantle."""
    return aws.bedrock(draft).replace('"bedrock"', '"mantle"')


def platform(draft: Draft) -> str:
    """Add AWS files and variables, and return a profile of the Claude Platform on AWS."""
    text = aws.bedrock(draft).replace('"bedrock"', '"claude-aws"')
    if draft.happens(0.3):
        draft.put("ANTHROPIC_AWS_API_KEY", PLATFORM_KEY)
    if draft.needs(0.5):
        draft.put("ANTHROPIC_AWS_WORKSPACE_ID", "wrkspc_lab")
    return text.replace("[set]\n", '[set]\nworkspace = "wrkspc_lab"\n')
