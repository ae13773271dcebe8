"""Models next to worlds in which ccsetup and the client disagreed: pins, aliases, lists and overrides."""

from collections.abc import Mapping

from tests.agree.kinds import BEDROCK, BY_KEY, KEY, KEYS, MANTLE, RESOURCE, TOKYO, USER, Case, Files

OPUS, SONNET, MAIN = "ANTHROPIC_DEFAULT_OPUS_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL", "ANTHROPIC_MODEL"
BY = {"ANTHROPIC_API_KEY": KEY}
ON_BEDROCK = {**BEDROCK, **KEYS}


def _line(name: str, value: object) -> Files:
    return {USER: {name: value}}


MODELS: Mapping[str, Case] = {
    # an alias in a tier's variable
    "tier holds an alias": ({}, {**BY, OPUS: "sonnet"}),
    "tier holds an alias, which is pinned": ({}, {**BY, OPUS: "SONNET[1m]", SONNET: "claude-sonnet-4-6"}),
    "tier holds its own alias": ({}, {**BY, OPUS: "best"}),
    "tier holds an alias, by its name": ({}, {**BY, OPUS: "sonnet", MAIN: "opus"}),
    "tier holds an alias, on Bedrock": ({}, {**ON_BEDROCK, OPUS: "sonnet"}),
    "tier holds an alias, on Bedrock, by its name": ({}, {**ON_BEDROCK, OPUS: "sonnet", MAIN: "opus"}),
    # a list of models that is not enforced
    "empty list": (_line("availableModels", []), {**BY, MAIN: "haiku"}),
    "list without the alias": (_line("availableModels", ["haiku"]), {**BY, MAIN: "Sonnet"}),
    "list with the alias": (_line("availableModels", ["SONNET"]), {**BY, MAIN: "sonnet"}),
    "list with a part of the id": (_line("availableModels", ["sonnet-5"]), {**BY, MAIN: "sonnet"}),
    "list without the id": (_line("availableModels", ["haiku"]), {**BY, MAIN: "claude-sonnet-5-5"}),
    "list without the pin": (_line("availableModels", ["haiku"]), {**BY, MAIN: "sonnet", SONNET: "claude-sonnet-4-6"}),
    "list without the pin, on Bedrock": (
        _line("availableModels", []),
        {**ON_BEDROCK, MAIN: "sonnet", SONNET: "us.anthropic.claude-sonnet-5"},
    ),
    "list without the id, on Bedrock": (
        _line("availableModels", ["haiku"]),
        {**ON_BEDROCK, MAIN: "us.anthropic.claude-sonnet-5"},
    ),
    # Bedrock and Mantle together: the form of the id decides
    "Bedrock and Mantle": ({}, {**ON_BEDROCK, **MANTLE}),
    "Bedrock and Mantle, by an id of Mantle": ({}, {**ON_BEDROCK, **MANTLE, MAIN: "anthropic.claude-opus-5-5"}),
    "Bedrock and Mantle, a pin of Mantle": ({}, {**ON_BEDROCK, **MANTLE, OPUS: "anthropic.claude-opus-5-5"}),
    "Bedrock and Mantle, an unknown id": ({}, {**ON_BEDROCK, **MANTLE, MAIN: "anthropic.claude-opus-9-9"}),
    "Bedrock alone, by an id of Mantle": ({}, {**ON_BEDROCK, MAIN: "anthropic.claude-opus-5-5"}),
    # other ids in settings files
    "override of a pin": (
        _line("modelOverrides", {"claude-opus-5-5": "claude-opus-4-8"}),
        {**BY, OPUS: "claude-opus-5-5"},
    ),
    "override of an id with a suffix": (
        _line("modelOverrides", {"claude-opus-5-5": "claude-opus-4-8"}),
        {**BY, MAIN: "claude-opus-5-5[1m]"},
    ),
    "override of an alias": (_line("modelOverrides", {"claude-opus-5-5": "us.anthropic.claude-opus-5"}), ON_BEDROCK),
    "override of an alias by the API's id": (
        _line("modelOverrides", {"claude-opus-5-5": "claude-opus-4-8"}),
        {**ON_BEDROCK, "AWS_REGION": "eu-west-1"},
    ),
    "override of an override": (
        _line(
            "modelOverrides", {"claude-opus-5-5": "claude-opus-4-8", "claude-opus-4-8": "us.anthropic.claude-opus-5"}
        ),
        ON_BEDROCK,
    ),
    "override of an id by the API's id": (
        _line("modelOverrides", {"claude-opus-5-5": "claude-opus-4-8"}),
        {**ON_BEDROCK, MAIN: "claude-opus-5-5"},
    ),
    "override by the API's id on Mantle": (
        _line("modelOverrides", {"claude-opus-5-5": "claude-opus-4-8"}),
        {**MANTLE, **KEYS},
    ),
    "override of a deployment": (
        _line("modelOverrides", {"claude-sonnet-5-5": "our-opus"}),
        {**BY_KEY, SONNET: "claude-sonnet-5-5"},
    ),
    "override of a deployment's alias": (
        _line("modelOverrides", {"claude-sonnet-5-5": "our-opus"}),
        {**BY_KEY, SONNET: ""},
    ),
    "override to no deployment": (
        _line("modelOverrides", {"claude-sonnet-5-5": "claude-opus-4-8"}),
        {**BY_KEY, MAIN: "claude-sonnet-5-5"},
    ),
    "no override of Bedrock's id": (
        _line("modelOverrides", {"claude-opus-5-5": "us.anthropic.claude-opus-5"}),
        {**ON_BEDROCK, MAIN: "us.anthropic.claude-opus-5-5"},
    ),
    # an override to an alias: followed once, and only where nothing is asked for
    **{
        f"override {name} to {other}": (_line("modelOverrides", {"claude-opus-5-5": other}), where)
        for name, where in (("on Bedrock", ON_BEDROCK), ("on the API", BY), ("on Mantle", {**MANTLE, **KEYS}))
        for other in ("sonnet", "opus", "Haiku[1m]", " sonnet ", "best", "opusplan", "default")
    },
    "override to an alias, by a tier": (
        _line("modelOverrides", {"claude-opus-5-5": "sonnet"}),
        {**ON_BEDROCK, MAIN: "opus"},
    ),
    "override to an alias, by a line": (
        {USER: {"modelOverrides": {"claude-opus-5-5": "sonnet"}, "model": "opus"}},
        ON_BEDROCK,
    ),
    "override to an alias, of a pin": (
        _line("modelOverrides", {"claude-opus-5-5": "sonnet"}),
        {**ON_BEDROCK, OPUS: "claude-opus-5-5"},
    ),
    "override to an alias, by the API's id": (
        _line("modelOverrides", {"claude-opus-5-5": "sonnet"}),
        {**BY, MAIN: "claude-opus-5-5"},
    ),
    "override to an alias, which is pinned": (
        _line("modelOverrides", {"claude-opus-5-5": "sonnet"}),
        {**ON_BEDROCK, SONNET: "us.anthropic.claude-sonnet-5"},
    ),
    "override to an alias that is overridden": (
        _line("modelOverrides", {"claude-opus-5-5": "sonnet", "claude-sonnet-4-5-20250929": "haiku"}),
        ON_BEDROCK,
    ),
    "override to an alias, in a project's file": (
        {"work/.claude/settings.json": {"modelOverrides": {"claude-opus-5-5": "sonnet"}}},
        ON_BEDROCK,
    ),
    "override of a deployment to an alias": (
        _line("modelOverrides", {"claude-sonnet-5-5": "opus"}),
        {**BY_KEY, SONNET: "", OPUS: next(iter(RESOURCE.deployments))},
    ),
    # an override that the Anthropic API does not have: of a model that it knows, the client falls back to older ones
    **{
        f"override of an alias on the API by {other}": (_line("modelOverrides", {"claude-opus-5-5": other}), BY)
        for other in ("us.anthropic.claude-opus-5", "claude-opus-9", "my-opus")
    },
    # the Anthropic API's id, where the region lists another prefix
    **{
        f"{id_} in {region} by {' '.join(more)}": ({}, {**ON_BEDROCK, "AWS_REGION": region, **more})
        for id_ in ("claude-opus-4-8", "claude-sonnet-5")
        for region in ("ap-northeast-1", "ap-southeast-2", "ca-central-1", "eu-west-1")
        for more in ({MAIN: id_}, {OPUS: id_})
    },
    "the API's id under a prefix of another region": (
        {},
        {**ON_BEDROCK, "ANTHROPIC_BEDROCK_REGION_PREFIX": "jp", MAIN: "claude-sonnet-5"},
    ),
    "override by the API's id in Tokyo": (
        _line("modelOverrides", {"claude-opus-5-5": "claude-opus-5"}),
        {**TOKYO, **KEYS},
    ),
}
