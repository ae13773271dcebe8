"""The parts of AWS are those that the SDK knows."""

from botocore.loaders import create_loader

from ccsetup.providers.regions import partition


def test_a_region_is_in_the_partition_that_the_sdk_says() -> None:
    partitions = create_loader().load_data("partitions")["partitions"]
    regions = {region: one["id"] for one in partitions for region in one["regions"] if not region.endswith("-global")}
    assert regions["us-gov-west-1"] == "aws-us-gov"
    assert {region: partition(region) for region in regions} == regions
