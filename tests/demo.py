"""`make demo`: what ccsetup does with an environment, in a temporary home, without any account."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

CCSETUP = Path(sys.executable).parent / "ccsetup"
LEFTOVERS = {
    "ANTHROPIC_API_KEY": "sk-ant-left-from-last-week",
    "CLAUDE_CODE_USE_VERTEX": "1",
    "AWS_REGION": "eu-west-1",
}
PROFILES = (
    ("work", "api-key", "key=env:WORK_KEY"),
    ("max", "subscription", "plan=max-5x"),
    ("bedrock-prod", "bedrock", "aws_profile=my-prod", "region=us-east-1"),
    ("vertex-eu", "vertex", "project=my-project", "location=eu"),
)
LOOK = "env | grep -E '^(ANTHROPIC|AWS|CLAUDE_CODE|CCSETUP_PROFILE)' | sort"
STEPS = (
    f"{LOOK}",
    f'eval "$(ccsetup env bedrock-prod)"; {LOOK}',
    f'eval "$(ccsetup env bedrock-prod)"; eval "$(ccsetup env --off)"; {LOOK}',
    "ccsetup run vertex-eu -- sh -c \"env | grep -E '^(ANTHROPIC|CLAUDE_CODE|CLOUD_ML)' | sort\"",
    "ccsetup env bedrok-prod",
    "ccsetup explain settings-override",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "HOME": home,
            "PATH": f"{CCSETUP.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "LANG": "C.UTF-8",
            **LEFTOVERS,
        }

        def show(command: str) -> None:
            print(f"\n$ {command}", flush=True)
            subprocess.run(["/bin/sh", "-c", command], env=environment, cwd=home, check=False)

        for name, surface, *answers in PROFILES:
            show(f"ccsetup init {name} --surface {surface} --set {' --set '.join(answers)} --yes --no-verify")
        show("ccsetup list")
        for step in STEPS:
            show(step)


if __name__ == "__main__":
    main()
