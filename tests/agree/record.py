"""Keeps what the client did in each world, one JSON document a line, so that ccsetup can be judged without it."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from tests.agree.lab import AgreeLab
from tests.agree.observe import Observed, Refused, furnish, observe
from tests.agree.world import World


def run_world(world: World, lab: AgreeLab) -> Observed | None:
    """What the client does in this world; None if ccsetup refuses to use its profile there."""
    with tempfile.TemporaryDirectory(prefix="agree-") as folder:
        home = Path(folder) / "home"
        try:
            site = furnish(world, home, lab)
        except Refused:
            return None
        return observe(world, site, lab)


def line(world: World, observed: Observed | None) -> str:
    """One world and what was seen in it, as a line of a file."""
    seen = asdict(replace(observed, said=observed.said[:80])) if observed else None
    return json.dumps({"world": asdict(world), "observed": seen}, separators=(",", ":")) + "\n"


def write(path: Path, world: World, observed: Observed | None) -> None:
    """Append one line."""
    with path.open("a") as file:
        file.write(line(world, observed))


def read(path: Path) -> Iterator[tuple[World, Observed | None]]:
    """Yield the worlds of a file."""
    for text in path.read_text().splitlines():
        row = json.loads(text)
        yield World(**row["world"]), Observed(**row["observed"]) if row["observed"] else None
