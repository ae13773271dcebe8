"""Model variables: an alias in a tier's variable would be sent as it stands."""

import pytest

from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.profile import environment
from ccsetup.profile.profile import Profile

VARIABLE = "ANTHROPIC_DEFAULT_{}_MODEL"


@pytest.mark.parametrize(
    ("models", "tier", "expected"),
    [
        ({"opus": "opus"}, "opus", None),
        ({"opus": "OPUS"}, "opus", None),
        ({"opus": "Sonnet[1m]"}, "opus", None),
        ({"sonnet": "opus[1M]", "opus": "claude-opus-4-8"}, "sonnet", "claude-opus-4-8"),
        ({"sonnet": "opus", "opus": "claude-opus-4-8"}, "sonnet", "claude-opus-4-8"),
        ({"sonnet": "opus"}, "sonnet", None),
        ({"sonnet": "opus", "opus": "sonnet"}, "sonnet", None),
        ({"haiku": "best"}, "haiku", None),
        ({"opus": "Opus[1m]"}, "opus", None),
        ({"opus": "claude-opus-4-8[1m]"}, "opus", "claude-opus-4-8[1m]"),
    ],
)
def test_alias_in_a_tier_is_not_sent(models: dict[str, str], tier: str, expected: str | None) -> None:
    change = environment.change("p", Profile(1, "api-key", models=models), load_surfaces(), home="/home/me", secrets={})
    assert change.values[VARIABLE.format(tier.upper())] == expected


def test_default_may_be_an_alias() -> None:
    profile = Profile(1, "api-key", models={"default": "opus"})
    change = environment.change("p", profile, load_surfaces(), home="/home/me", secrets={})
    assert change.values["ANTHROPIC_MODEL"] == "opus"
