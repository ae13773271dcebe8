"""Identity: profiles that differ in one identifying setting share no cached catalogue, session or request."""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ccsetup.drift import lookups
from ccsetup.profile.profile import Profile
from ccsetup.providers.access import Access
from ccsetup.providers.catalogue import Listing
from ccsetup.system import system
from ccsetup.workspace import Workspace

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
BEDROCK = Profile(1, "bedrock", {"region": "us-east-1"}, {"opus": "us.anthropic.claude-opus-5-5"})
VERTEX = Profile(1, "vertex", {"project": "p", "location": "global"})
GATEWAY = Profile(1, "gateway", {"base_url": "http://127.0.0.1:9", "auth_token": "env:MY_TOKEN"})
FILE = Profile(1, "api-key", {"key": "file:~/key"})
Asked = tuple[Profile, Mapping[str, str]]


def with_set(profile: Profile, **more: str) -> Profile:
    return Profile(1, profile.surface, {**profile.set, **more}, profile.models, profile.env)


def with_env(profile: Profile, **more: str) -> Profile:
    return Profile(1, profile.surface, profile.set, profile.models, {**profile.env, **more})


NAMED = with_set(BEDROCK, aws_profile="a")
KEYS = {"AWS_ACCESS_KEY_ID": "A"}
DIFFER: Mapping[str, tuple[Asked, Asked]] = {
    **{
        f"shell-{name}": ((profile, {}), (profile, {name: "other"}))
        for profile, names in (
            (BEDROCK, ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
                       "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
                       "AWS_CONTAINER_CREDENTIALS_FULL_URI", "HOME")),
            (VERTEX, ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_QUOTA_PROJECT", "CLOUDSDK_CONFIG",
                      "CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM", "GCE_METADATA_HOST", "CLOUDSDK_AUTH_TOKEN_HOST")),
            (Profile(1, "subscription"), ("CLAUDE_CONFIG_DIR",)),
        )
        for name in names
    },
    "env": ((BEDROCK, {}), (with_env(BEDROCK, AWS_PROFILE="b"), {})),
    "env-unknown-name": ((BEDROCK, {}), (with_env(BEDROCK, SOME_NEW_THING="b"), {})),
    "setting": ((with_set(BEDROCK, aws_profile="a"), {}), (with_set(BEDROCK, aws_profile="b"), {})),
    "project": ((VERTEX, {}), (with_set(VERTEX, project="q"), {})),
    "endpoint": ((GATEWAY, {}), (with_set(GATEWAY, base_url="http://127.0.0.1:8"), {})),
    "reference": ((GATEWAY, {}), (with_set(GATEWAY, auth_token="env:OTHER"), {})),
    "what-a-variable-holds": ((GATEWAY, {"MY_TOKEN": "a"}), (GATEWAY, {"MY_TOKEN": "b"})),
}  # fmt: skip
SAME: Mapping[str, tuple[Asked, Asked]] = {
    "limits": ((BEDROCK, {}), (with_env(BEDROCK, CLAUDE_CODE_MAX_OUTPUT_TOKENS="9"), {})),
    "prefix": ((BEDROCK, {}), (with_set(BEDROCK, prefix="us"), {})),
    "editor": ((BEDROCK, {}), (BEDROCK, {"EDITOR": "vi"})),
    "rotated-keys": (
        (BEDROCK, {"AWS_ACCESS_KEY_ID": "A"}),
        (BEDROCK, {"AWS_ACCESS_KEY_ID": "A", "AWS_SESSION_TOKEN": "t"}),
    ),
    "what-the-profile-decides": (
        (with_set(BEDROCK, aws_profile="a"), {}),
        (with_set(BEDROCK, aws_profile="a"), {"AWS_PROFILE": "x"}),
    ),
}


def workspace(folder: Path, environment: Mapping[str, str]) -> Workspace:
    environment = {"HOME": str(folder), **environment}
    return Workspace(
        replace(system.here(), environment=environment, home=folder, cache=folder / "c", state=folder / "s")
    )


def kept_for(folder: Path, first: Asked, second: Asked) -> bool:
    """Whether what the first was told is the second's last answer."""
    listing = Listing(first[0].surface, "x", (), NOW, None)
    workspace(folder, first[1]).catalogues.keep("a", first[0], listing)
    return workspace(folder, second[1]).catalogues.last("b", second[0], "x") is not None


@pytest.mark.parametrize("case", DIFFER)
def test_who_differs_in_one_thing_gets_no_cached_answer_of_the_other(tmp_path: Path, case: str) -> None:
    first, second = DIFFER[case]
    assert not kept_for(tmp_path, first, second)
    assert kept_for(tmp_path, first, first)


@pytest.mark.parametrize("case", SAME)
def test_profiles_with_the_same_identity_share_requests(tmp_path: Path, case: str) -> None:
    assert kept_for(tmp_path, *SAME[case])


def test_what_a_file_holds_tells_two_apart(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("one")
    assert kept_for(tmp_path, (FILE, {}), (FILE, {}))
    (tmp_path / "key").write_text("two")
    assert workspace(tmp_path, {}).catalogues.last("b", FILE, "x") is None


def test_an_entry_in_the_keyring_is_its_profile_s_own(tmp_path: Path) -> None:
    profile = Profile(1, "api-key", {"key": "keyring:"})
    assert not kept_for(tmp_path, (profile, {}), (profile, {}))  # two names


@pytest.mark.parametrize("case", [case for case in DIFFER if not case.startswith(("shell-", "what-"))])
def test_drift_and_sessions_tell_the_same_profiles_apart(case: str) -> None:
    (first, _), (second, _) = DIFFER[case]
    assert lookups.way("a", first) != lookups.way("b", second)

    def access(profile: Profile) -> Access:
        return Access("n", profile, {}, {}, Path("/home"), NOW)

    assert access(first).identity_key != access(second).identity_key


def test_drift_finds_what_version_0_1_0_kept_of_a_place() -> None:
    (place,) = lookups.group({"a": with_set(BEDROCK, aws_profile="my-prod")})
    assert place.former == "bedrock/us-east-1/" + FORMER


# SHA-256 of "way", the surface, "aws_profile=my-prod" and the endpoint, joined by NUL, as 0.1.0 wrote it.
FORMER = "a082a84ff001f2d1"
