"""`report` for a team: 200 profiles asked live on the lab, and 200 collections of other machines merged."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.support.one_process import Figures, run_once

PROFILES = 200
_TIERS = ("opus", "sonnet", "haiku")


def measure_report(ccsetup: str, home: Path) -> dict[str, float]:
    """The page of 200 profiles, 100 on Bedrock in 20 regions and 100 on Vertex AI, each asked for everything at 50 ms a
    request; and the page of 200 machines with one profile each. Seconds, MB. The lab runs on the same processor."""
    from ccsetup.lab.lab import Lab

    home.mkdir(parents=True)
    with Lab(tls=True, latency_ms=50) as lab:
        base = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8"}
        environment = {**base, **lab.environment(home), "HTTPS_PROXY": lab.url, "CCSETUP_HOME": str(home / "report")}
        regions = [one.name for one in lab.world.aws.region if one.state == "enabled" and "gov" not in one.name][:20]
        _write_profiles(home / "report" / "profiles", regions)
        page = home / "team.html"
        command = (ccsetup, "report", "--html", str(page))
        live = [run_once(command, environment) for _ in range(3)][1:]  # the first one fills caches
        one = subprocess.run(
            (ccsetup, "report", "--json", "--shard", f"1/{PROFILES}"), env=environment, capture_output=True, check=False
        )
    collected = json.loads(one.stdout)
    collected.pop("shard")
    for number in range(PROFILES):
        (home / f"m{number}.json").write_text(json.dumps({**collected, "machine": f"machine-{number}"}))
    files = sorted(str(path) for path in home.glob("m*.json"))
    many = home / "many.html"
    merged = [run_once((ccsetup, "report", "--merge", *files, "--html", str(many)), environment) for _ in range(3)]
    return {
        "seconds": _seconds(live),
        "processor_seconds": round(statistics.median(run.processor for run in live), 2),
        "page_mb": round(page.stat().st_size / 1e6, 2),
        "peak_mb": _peak(live),
        "merge_seconds": _seconds(merged),
        "merged_page_mb": round(many.stat().st_size / 1e6, 2),
    }


def _write_profiles(folder: Path, regions: list[str]) -> None:
    folder.mkdir(parents=True)
    for number in range(PROFILES // 2):
        pins = "".join(f'{tier} = "global.anthropic.claude-{tier}-5-5"\n' for tier in _TIERS)
        answers = f'aws_profile = "my-prod"\nregion = "{regions[number % len(regions)]}"\nprefix = "global"\n'
        (folder / f"aws-{number}.toml").write_text(f'schema = 1\nsurface = "bedrock"\n[set]\n{answers}[models]\n{pins}')
        pins = "".join(f'{tier} = "claude-{tier}-5-5"\n' for tier in _TIERS)
        answers = 'project = "acme-ml"\nlocation = "global"\n'
        (folder / f"gcp-{number}.toml").write_text(f'schema = 1\nsurface = "vertex"\n[set]\n{answers}[models]\n{pins}')


def _seconds(runs: list[Figures]) -> float:
    return round(statistics.median(run.wall for run in runs), 2)


def _peak(runs: list[Figures]) -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return round(max(run.peak for run in runs) * unit / 1e6, 1)
