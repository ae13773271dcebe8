"""`make agree N=500 SEED=1`: random worlds, the real client in each, and how far ccsetup agrees with it.

`--keep FILE` writes what the client did; `--from FILE` reads it instead of running the client.
"""

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.agree import machines, pairs, record, reports, stories
from tests.agree.generate import make_world
from tests.agree.judge import judge
from tests.agree.lab import AgreeLab
from tests.agree.machines import make_machine
from tests.agree.observe import Observed, Refused, Site, furnish, observe
from tests.agree.pairs import make_pair
from tests.agree.reports import make_report
from tests.agree.stories import make_story
from tests.agree.world import World

_SHOWN = 3  # examples of a kind
GENERATORS = {
    "worlds": (0, make_world),
    "stories": (stories.BEGINNING, make_story),
    "reports": (reports.BEGINNING, make_report),
    "pairs": (pairs.BEGINNING, make_pair),
    "machines": (machines.BEGINNING, make_machine),
}
"""The first seed of each, and what makes its worlds."""
_ALL = "all"


def main() -> int:
    """Print the figures; 1 if anything but agreement ≥ 99 % without a false OK was found."""
    parser = argparse.ArgumentParser(prog="make agree")
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--generator", choices=(_ALL, *GENERATORS), default=_ALL, help="who makes the worlds")
    parser.add_argument(
        "--trace-every", type=int, default=0, help="run `ccsetup trace` too in one of N worlds used by `env`"
    )
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--from", dest="source", type=Path)
    parser.add_argument("--all", action="store_true", help="every example of a kind")
    options = parser.parse_args()
    kinds: dict[str, list[str]] = defaultdict(list)
    count: Counter[str] = Counter()
    with AgreeLab() as lab:
        for maker, world, known in _worlds(options):
            with tempfile.TemporaryDirectory(prefix="agree-") as folder:
                site = _furnished(world, Path(folder) / "home", lab)
                observed = known or (observe(world, site, lab) if site else None)
                if options.keep:
                    record.write(options.keep, world, observed)
                count["worlds"] += 1
                if site is None or observed is None:
                    count["refused by ccsetup"] += 1
                    continue
                traced = _is_traced(options, world, count)
                judgement = judge(world, site, observed, traced=traced)
            differences = judgement.differences
            count["the client worked"] += observed.worked
            count[f"doctor: {judgement.verdict or 'not asked'}"] += 1
            count["agreements"] += not differences
            count["false OK"] += any(kind.startswith("false OK") for kind, _ in differences)
            for kind, details in differences:
                kinds[kind].append(f"{maker} {world.seed} ({world.kind}, {world.use}): {details}")
    judged = count["worlds"] - count["refused by ccsetup"]
    first = ("worlds", "refused by ccsetup", "agreements", "false OK")
    for name in (*first, *sorted(count.keys() - {*first})):
        print(f"{name.ljust(20)} {count[name]}")
    for kind, lines in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"\n{kind}: {len(lines)}")
        print(*(f"  {line}" for line in lines[: None if options.all else _SHOWN]), sep="\n")
    return int(bool(count["false OK"]) or count["agreements"] < 0.99 * judged)


def _worlds(options: argparse.Namespace) -> Iterator[tuple[str, World, Observed | None]]:
    """Each world with the name of what made it, and what the client did there if that is known."""
    if options.source:
        yield from (("recorded", *row) for row in record.read(options.source))
        return
    names = (*GENERATORS,) if options.generator == _ALL else (options.generator,)
    for seed in range(options.seed, options.seed + options.worlds):
        name = names[seed % len(names)]
        beginning, make = GENERATORS[name]
        yield name, make(beginning + seed), None


def _is_traced(options: argparse.Namespace, world: World, count: Counter[str]) -> bool:
    """Whether it is this world's turn: only a profile that `env` put into the shell is traced as it is used."""
    if world.use != "env" or not options.trace_every:
        return False
    count["used by env"] += 1
    traced = count["used by env"] % int(options.trace_every) == 0
    count["traced"] += traced
    return traced


def _furnished(world: World, home: Path, lab: AgreeLab) -> Site | None:
    try:
        return furnish(world, home, lab)
    except Refused:
        return None


if __name__ == "__main__":
    sys.exit(main())
