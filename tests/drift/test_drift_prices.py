"""drift and the prices that `prices` kept: what moved, what is not known; nothing is fetched."""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ccsetup.lab.prices import Price
from tests.support.drift_world import HAIKU_OLD, OPUS, SONNET, Watched, watched

PRICES = ("ListFoundationModelAgreementOffers", "GetProducts", "PriceListFile", "PricingPage")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path) as world:
        yield world


def priced(world: Watched, name: str, *usual: str) -> None:
    """The lab's price of a model from now on."""
    price = {**world.lab.world.price, name: Price(usual)}
    world.lab.world = msgspec.structs.replace(world.lab.world, price=price)


def about_prices(world: Watched, *flags: str) -> dict[str, str | None]:
    """{check: model} of the findings about prices; drift sends no request for one."""
    world.lab.forget()
    code, found = world.look(*flags)
    assert code == 0
    assert not [one for one in world.lab.requests if one.operation in PRICES]
    return {check: model for check, _, model, _, _ in found["b"] if check.startswith("price-")}


@pytest.mark.thorough
def test_price_that_moved_is_reported_until_it_is_agreed_to(world: Watched) -> None:
    world.bedrock(**{"models.opus": OPUS})
    world.here.ok("prices", "b")
    assert about_prices(world) == {}
    priced(world, "Claude Opus 5.5", "4", "20", "5", "8", "0.1")
    assert about_prices(world) == {}
    world.here.ok("prices", "b")
    assert about_prices(world) == {"price-moved": OPUS}
    assert about_prices(world) == {"price-moved": OPUS}
    assert "read 0.22 to 0.11" in world.here.run("drift").out
    assert about_prices(world, "--accept") == {"price-moved": OPUS}
    assert about_prices(world) == {}


def test_price_that_moved_back_is_no_news(world: Watched) -> None:
    world.bedrock(**{"models.opus": OPUS})
    world.here.ok("prices", "b")
    before = world.lab.world
    priced(world, "Claude Opus 5.5", "4", "20", "5", "8", "0.1")
    world.here.ok("prices", "b")
    world.lab.world = before
    world.here.ok("prices", "b")
    assert about_prices(world) == {}


def test_pin_without_a_kept_price_is_reported(world: Watched) -> None:
    world.bedrock(**{"models.opus": OPUS, "models.sonnet": SONNET})
    assert about_prices(world) == {}  # prices were never asked for here
    world.here.ok("prices", "b")
    file = world.here.profiles / "b.toml"
    file.write_text(file.read_text().replace(SONNET, HAIKU_OLD))
    assert about_prices(world) == {"price-unknown": HAIKU_OLD}


def test_pin_that_lost_its_price_is_reported_with_the_reason(world: Watched) -> None:
    world.bedrock(**{"models.opus": OPUS})
    world.here.ok("prices", "b")
    world.lab.world = msgspec.structs.replace(world.lab.world, price={})
    assert world.here.run("prices", "b").code == 1
    assert about_prices(world) == {"price-unknown": OPUS}


def test_old_price_is_not_relied_on(world: Watched) -> None:
    world.bedrock(**{"models.opus": OPUS})
    world.here.ok("prices", "b")
    [file] = (world.here.home / ".local/state/ccsetup/prices").glob("*.json")
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=31)
    file.write_text(re.sub(r'"read_at":"[^"]*"', f'"read_at":"{long_ago.isoformat()}"', file.read_text()))
    assert about_prices(world) == {"price-unknown": OPUS}
    assert f"{long_ago:%Y-%m-%d}" in world.here.run("drift").out


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema":2}', '{"schema":1,"models":[]}', "[" * 100_000, "\0"])
def test_spoilt_file_is_as_good_as_none(world: Watched, content: str) -> None:
    world.bedrock(**{"models.opus": OPUS})
    world.here.ok("prices", "b")
    [file] = (world.here.home / ".local/state/ccsetup/prices").glob("*.json")
    file.write_text(content)
    assert about_prices(world) == {}
    assert world.here.run("prices", "b", "--offline").code == 3
    assert world.here.ok("prices", "b").out


def test_kept_prices_are_private_and_shared_by_profiles_that_ask_alike(world: Watched) -> None:
    world.bedrock(**{"models.opus": OPUS})
    world.here.ok("copy", "b", "c")
    world.here.ok("prices", "b")
    [file] = (world.here.home / ".local/state/ccsetup/prices").glob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(world.here.ok("prices", "c", "--offline", "--json").out)["models"][0]["model"] == OPUS
    text = (world.here.profiles / "c.toml").read_text().replace("us-east-1", "us-west-2")
    (world.here.profiles / "c.toml").write_text(text)
    assert world.here.run("prices", "c", "--offline").code == 3
