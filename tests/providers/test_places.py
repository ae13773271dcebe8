"""Partitions of AWS as the SDK knows them, and variables that set a place for one model as the client reads them."""

from pathlib import Path

import pytest
from botocore.loaders import create_loader

from ccsetup.knowledge.surfaces import find_surface
from ccsetup.providers.hosts import invalid_places
from ccsetup.providers.places import own_place
from ccsetup.providers.regions import partition

FACTS = Path(__file__).parents[1] / "facts" / "client.txt"
BEGINS = "VERTEX_REGION_CLAUDE_"


def test_a_region_is_in_the_partition_that_the_sdk_says() -> None:
    partitions = create_loader().load_data("partitions")["partitions"]
    regions = {region: one["id"] for one in partitions for region in one["regions"] if not region.endswith("-global")}
    assert regions["us-gov-west-1"] == "aws-us-gov"
    assert {region: partition(region) for region in regions} == regions


def test_each_variable_of_the_client_sets_the_place_of_its_model() -> None:
    lines = [line.split() for line in FACTS.read_text().splitlines() if line.startswith("region ")]
    assert len(lines) > 15
    everywhere = {variable: f"place-of-{variable.lower().replace('_', '')}" for _, _, variable in lines}
    for _, model, variable in lines:
        for id_ in (model, f"{model}@20250514", f"{model}[1m]"):
            assert own_place(find_surface("vertex"), everywhere, id_) == everywhere[variable]


@pytest.mark.parametrize(
    ("variables", "model", "place"),
    [
        ({"4_0_OPUS": "eu"}, "claude-opus-4-9", "eu"),  # the client knows no such model, and compares beginnings
        ({"5_OPUS": "eu"}, "claude-opus-5-5", None),
        ({"5_OPUS": "eu"}, "claude-opus-5123", None),
        ({"5_5_OPUS": " eu "}, "claude-opus-5-5", "eu"),
        ({"5_5_OPUS": ""}, "claude-opus-5-5", None),
        ({"5_5_OPUS": "a"}, "claude-opus-5-5", None),
        ({"OPUS_5_5": "eu"}, "claude-opus-5-5", None),
        ({"4_5_HAIKU": "eu"}, "claude-haiku-4-5@20251001", None),
        ({"9_OPUS": "eu"}, "claude-opus-9", "eu"),
        ({"TEXT": "eu", "": "eu", "9": "eu"}, "claude-opus-9", None),
    ],
)
def test_place_of_one_model_is_the_one_that_the_client_takes(
    variables: dict[str, str], model: str, place: str | None
) -> None:
    environment = {f"{BEGINS}{name}": value for name, value in variables.items()}
    assert own_place(find_surface("vertex"), environment, model) == place
    assert own_place(find_surface("bedrock"), environment, model) is None


@pytest.mark.parametrize("variable", ["AWS_REGION", "CLOUD_ML_REGION", "ANTHROPIC_FOUNDRY_RESOURCE", f"{BEGINS}5_OPUS"])
def test_blanks_around_a_place_are_no_part_of_it(variable: str) -> None:
    assert [*invalid_places({variable: "\tsome-place "})] == []
    assert [error.place for _, error in invalid_places({variable: " some place "})] == ["some place"]
