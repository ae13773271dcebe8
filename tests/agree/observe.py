"""Lays a world out, runs the real client in it once, and says what that did."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.trace.recorder.request import Request
from tests.agree import google
from tests.agree.lab import AgreeLab
from tests.agree.reach import named_strangers, strange_hosts
from tests.agree.world import PIPE, PROFILE, World
from tests.support.client_runner import QUIET, find_client, run_client
from tests.support.program import EXECUTABLE
from tests.support.warm import Warm

_EXECUTABLES = ("keys",)


@dataclass(frozen=True, slots=True)
class Observed:
    """The conversation's request, else a trial of a model without its id; None each if the client made none. `worked`:
    the client ended well; `strangers`: the hosts that it reached for and that the lab does not play; `refused`: the
    models that it tried first, and did not get."""

    worked: bool
    provider: str | None = None
    host: str | None = None
    place: str | None = None
    project: str | None = None
    model: str | None = None
    identity: str | None = None
    said: str = ""
    strangers: Sequence[str] = ()
    refused: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A world on disk: ccsetup in its home, and the shell's environment as it is used."""

    home: Path
    program: Warm
    environment: Mapping[str, str]

    @property
    def work(self) -> Path:
        return self.home / "work"


def furnish(world: World, home: Path, lab: AgreeLab) -> Site:
    """Write the world's files, and use its profile."""

    def filled(text: str) -> str:
        return text.replace("@HOME", str(home)).replace("@LAB", lab.url).replace(google.PRIVATE_KEY, lab.private_key)

    (home / "work").mkdir(parents=True)
    files = {**world.files, **({f".config/ccsetup/profiles/{PROFILE}.toml": world.profile} if world.profile else {})}
    for name, text in files.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if text == PIPE:
            os.mkfifo(file)
        else:
            file.write_bytes(filled(text).encode(errors="surrogateescape"))
        file.chmod(0o700 if name in _EXECUTABLES else 0o600)
    program, client = Warm(home), find_client()
    shell = {
        **QUIET,
        "NO_GCE_CHECK": "true",
        "PATH": os.pathsep.join((*([str(client.parent)] if client else []), os.defpath)),
        "LANG": "C.UTF-8",
        **lab.proxied,
        "HTTP_PROXY": lab.url,
        "NO_PROXY": "127.0.0.1",
        **{name: filled(value) for name, value in world.environment.items()},
        "HOME": str(home),
    }
    site = Site(home, program, shell)
    if world.use == "env":
        done = program.run("env", PROFILE, "--shell", "json", cwd=site.work, environment=shell)
        if done.code:
            raise Refused(done.err)
        change = json.loads(done.out)["env"]
        left = {name: value for name, value in shell.items() if name not in change}
        return Site(home, program, left | {name: value for name, value in change.items() if value is not None})
    if world.use == "apply":
        done = program.run("apply", PROFILE, "--scope", "user", "--yes", cwd=site.work, environment=shell)
        if done.code:
            raise Refused(done.err)
    return site


class Refused(Exception):
    """ccsetup declined to use the profile in this world."""


def observe(world: World, site: Site, lab: AgreeLab) -> Observed:
    """Run the client. Raises ValueError if the world names a host that the lab does not play."""
    if strangers := named_strangers(world):
        raise ValueError(f"seed {world.seed} names {', '.join(strangers)}")
    words = "claude -p hello"
    if world.use == "run":
        words = shlex.join((str(EXECUTABLE), "run", PROFILE, "--", "claude", "-p", "hello"))
    lab.seen.clear()
    lab.refused.clear()
    path = {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath))}
    try:
        done = run_client(words, home=site.home, cwd=site.work, environment={**site.environment, **path})
    except subprocess.TimeoutExpired:
        return Observed(worked=False, said="no end within a minute")
    seen = list(lab.seen)
    main = next((one for one in seen if one.role == "main"), None) or next((one for one in seen if one.inference), None)
    said = (done.stdout + done.stderr).replace(str(site.home), "@HOME")[:300]
    strangers = strange_hosts(request.host for request in seen)
    refused = tuple(dict.fromkeys(lab.refused))
    return replace(summarize(main, worked=done.exit_code == 0, said=said), strangers=strangers, refused=refused)


def summarize(main: Request | None, *, worked: bool, said: str) -> Observed:
    if main is None:
        return Observed(worked, said=said)
    identity = " and ".join(dict.fromkeys(auth.identity for auth in main.auths))
    model = main.model if main.role != "probe" else None
    return Observed(worked, main.provider, main.host, main.place, main.project, model, identity or None, said)
