"""Model ids as providers spell them, and the pin that follows."""

import datetime

import pytest

from ccsetup.providers import catalogue
from ccsetup.providers.catalogue import Kind, Lifecycle, Listing, Model

NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("us.anthropic.claude-opus-5-5", ("opus", (5, 5))),
        ("anthropic.claude-opus-4-6-v1", ("opus", (4, 6))),
        ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", ("haiku", (4, 5))),
        ("claude-haiku-4-5@20251001", ("haiku", (4, 5))),
        ("claude-sonnet-5", ("sonnet", (5,))),
        ("claude-sonnet-4-20250514", ("sonnet", (4,))),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", ("sonnet", (3, 5))),
        ("claude-fable-5-2", ("fable", (5, 2))),
        ("claude-opus-4-6@default", ("opus", (4, 6))),
        ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", ("sonnet", (4, 5))),
        ("anthropic.claude-3-haiku-20240307-v1:0:200k", ("haiku", (3,))),
        ("amazon.nova-pro-v1:0", (None, ())),
    ],
)
def test_tier_and_version_are_read_from_an_id(id_: str, expected: tuple[str | None, tuple[int, ...]]) -> None:
    assert catalogue.parse_family(id_) == expected


def model(id_: str, lifecycle: Lifecycle = "active", kind: Kind = "inference-profile", **more: object) -> Model:
    tier, version = catalogue.parse_family(id_)
    return Model(id=id_, tier=tier, version=version, name=id_, lifecycle=lifecycle, kind=kind, **more)  # type: ignore[arg-type]


def profiles(prefix: str, *models: str, reach: int = 3) -> list[Model]:
    places = tuple(f"{prefix}-{number}" for number in range(reach))
    return [model(f"{prefix}.anthropic.claude-{name}", destinations=places) for name in models]


def test_the_newest_active_model_of_the_wanted_residency_is_recommended() -> None:
    models = [
        *profiles("us", "opus-4-8", "opus-5-5", "sonnet-4-6"),
        *profiles("global", "opus-6"),
        model("us.anthropic.claude-opus-7", "legacy"),
        model("us.anthropic.claude-opus-8", "ended"),
        model("us.anthropic.claude-opus-9", kind="application-profile"),
        model("us.anthropic.claude-opus-10", previewed=True),
        model("us.anthropic.claude-haiku-4-5-20251001-v1:0", "unknown"),
    ]
    assert catalogue.recommend(models, "us") == {
        "opus": "us.anthropic.claude-opus-5-5",
        "sonnet": "us.anthropic.claude-sonnet-4-6",
        "haiku": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    }


def test_ten_is_newer_than_nine() -> None:
    assert catalogue.recommend(profiles("us", "opus-5-9", "opus-5-10"), "us")["opus"].endswith("5-10")


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (profiles("us", "opus-5", "sonnet-5", "haiku-5") + profiles("global", "opus-5", "sonnet-5", "haiku-5"), "us"),
        # Tokyo: apac is there, but only with what is old; jp serves everything.
        (
            profiles("apac", "opus-5", "sonnet-5", "haiku-5", reach=9)
            + profiles("jp", "opus-5", "sonnet-5", "haiku-5", reach=2)
            + profiles("global", "opus-5", "sonnet-5", "haiku-5"),
            "jp",
        ),
        # Mumbai: no geography serves all that the client needs.
        (profiles("apac", "opus-4-6") + profiles("global", "opus-5", "sonnet-5", "haiku-5"), "global"),
        (profiles("us-gov", "sonnet-4-5"), "us-gov"),
        # Data stays in Japan even if one tier is not available there.
        (profiles("jp", "sonnet-5", "haiku-5") + profiles("global", "opus-5", "sonnet-5", "haiku-5"), "jp"),
        ([model("claude-opus-5", kind="model")], None),
    ],
)
def test_residency_is_the_geography_that_can_serve_the_tiers_else_global(
    models: list[Model], expected: str | None
) -> None:
    assert catalogue.choose_residency(models) == expected


def test_an_end_in_the_past_is_an_end_whatever_the_status_says() -> None:
    assert catalogue.lifecycle_at(NOW, False, NOW - datetime.timedelta(days=1)) == "ended"
    assert catalogue.lifecycle_at(NOW, True, NOW + datetime.timedelta(days=1)) == "legacy"
    assert catalogue.lifecycle_at(NOW, None, None) == "unknown"


def test_a_pin_with_the_clients_suffix_or_an_arn_is_found() -> None:
    arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5"
    listing = Listing("bedrock", "us-east-1", (model("us.anthropic.claude-opus-5", arn=arn),), NOW)
    assert listing.find("us.anthropic.claude-opus-5[1m]") is listing.find(arn) is listing.models[0]
    assert listing.find("us.anthropic.claude-opus-4") is None


def test_an_ended_model_is_no_replacement() -> None:
    models = (*profiles("us", "opus-5"), model("us.anthropic.claude-opus-4", "ended"))
    listing = Listing("bedrock", "us-east-1", models, NOW)
    assert catalogue.nearest("us.anthropic.claude-opus-4", listing) == ("us.anthropic.claude-opus-5",)


def test_the_closest_ids_are_of_the_same_tier() -> None:
    models = tuple(profiles("us", "opus-5", "opus-5-5", "sonnet-5"))
    listing = Listing("bedrock", "us-east-1", models, NOW)
    assert set(catalogue.nearest("us.anthropic.claude-opus-4-5", listing)) == {models[0].id, models[1].id}
