"""Real timers for tests: a systemd of the user's, and cron, each in namespaces of its own."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ccsetup.drift.schedule.model import Job, Machine, ProcessResult
from tests.support.desktop import executable, started
from tests.support.program import SYSTEM_PATH, Done

DIFFICULT = "a b %h %% $HOME ${HOME} 'q' \"d\" \\n `x` ü&<>;#"
"""Words that every timer's own quoting could trip over."""

RECORDER = """#!/bin/sh
env -0 > {folder}/environment
printf '%s\\0' "$0" "$@" > {folder}/words
exit {code}
"""

_UNSHARE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
"""With process numbers of its own: whatever is started there ends with the test."""

# A fresh /run, a control group for systemd, and a spool for cron: this machine's own are not touched.
_WORLD = """
mount -t tmpfs tmpfs /run && mkdir -p -m 700 /run/systemd/system /run/user/test &&
mount -t tmpfs tmpfs /var/spool/cron && mkdir -m 1730 /var/spool/cron/crontabs &&
chgrp crontab /var/spool/cron/crontabs || exit 98
"""
_SYSTEMD = """
mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir /sys/fs/cgroup/systemd &&
  mount -t cgroup -o none,name=systemd,xattr cgroup /sys/fs/cgroup/systemd || {
    umount -l /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; } || exit 98
# A control group of its own: tests run side by side, and a named hierarchy is one for the whole machine.
groups=/sys/fs/cgroup; [ ! -d $groups/systemd ] || groups=$groups/systemd
own=$(mktemp -d $groups/ccsetup-XXXXXX) && echo $$ > $own/cgroup.procs || exit 98
export XDG_RUNTIME_DIR=/run/user/test
env -i HOME="$HOME" XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR PATH=/usr/bin:/bin SYSTEMD_LOG_TARGET=null \\
  /lib/systemd/systemd --user --unit=basic.target >/dev/null 2>&1 &
manager=$!
trap 'kill $manager; wait $manager; echo $$ > $groups/cgroup.procs
  find $own -depth -type d -exec rmdir {} +' EXIT
n=0
until systemctl --user is-active --quiet basic.target; do
  n=$((n+1)); [ $n -lt 300 ] || exit 97; sleep 0.1
done
"""


def need(*tools: str) -> None:
    """Skip, or fail in CI, where the machine lacks one of the tools."""
    lacking = [tool for tool in tools if shutil.which(tool, path=f"{SYSTEM_PATH}:/usr/sbin:/sbin") is None]
    if lacking:
        reason = f"needs {' and '.join(lacking)} (Debian: systemd, cron)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def in_world(script: str, home: Path, environment: Mapping[str, str] | None = None, *, systemd: bool = False) -> Done:
    """The script, where it may change timers: root of namespaces, which not every machine grants."""
    need("unshare", "crontab", *(("systemctl",) if systemd else ()))
    if subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine grants no namespaces")
    whole = _WORLD + (_SYSTEMD if systemd else "") + script
    bare = {"HOME": str(home), "PATH": f"{SYSTEM_PATH}:/usr/sbin:/sbin", "LANG": "C.UTF-8", **(environment or {})}
    done = started([*_UNSHARE, "bash", "-c", whole], bare, home, seconds=180)
    if done.code == 98:
        pytest.skip(f"this machine cannot mount what a timer needs: {done.err}")
    assert done.code != 97, f"systemd did not start: {done.err}"
    return done


def recorder(folder: Path, *, code: int = 0) -> Path:
    """A program with a difficult path that writes down its words and its environment."""
    place = folder / DIFFICULT.replace("/", "")
    return executable(place / "ccsetup", RECORDER.format(folder=folder, code=code))


def recorded(folder: Path) -> tuple[list[str], dict[str, str]]:
    """What the recorder was started with: its words, and its environment."""
    words = (folder / "words").read_bytes().decode().split("\0")[:-1]
    pairs = (folder / "environment").read_bytes().decode().split("\0")[:-1]
    return words, dict(pair.split("=", 1) for pair in pairs)


def job(program: Path) -> Job:
    """A job that is difficult throughout."""
    return Job(
        program=(str(program),),
        flags=("--notify", DIFFICULT, "--within", "30"),
        environment={"CCSETUP_HOME": f"/x/{DIFFICULT}", "HTTPS_PROXY": "http://proxy.example:3128"},
        every="daily",
        minute=7,
        hour=10,
        weekday=3,
    )


def _nothing(words: Sequence[str], stdin: bytes) -> ProcessResult:
    raise AssertionError(f"not in this test: {words}")


def machine(home: Path) -> Machine:
    """One on which nothing can be started."""
    return Machine(
        home=home,
        cwd=home,
        state=home / ".local" / "state" / "ccsetup",
        environment={"PATH": SYSTEM_PATH},
        system="linux",
        user="me",
        host="here",
        run=_nothing,
    )
