"""`ccsetup demo`: ccsetup without any account, against the lab, in a temporary home."""

import datetime
import os
import shlex
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from ccsetup.commands.arguments import Context
from ccsetup.system import cleanup, console, process
from ccsetup.system.errors import UserError

if TYPE_CHECKING:
    from ccsetup.lab.lab import Lab
    from ccsetup.lab.replay import Replay

EXAMPLE = """Try ccsetup without an account: every provider is simulated on this machine.

  ccsetup demo
  ccsetup demo --shell                # try the commands yourself
  ccsetup demo --serve                # keep the providers running
  ccsetup demo --serve --replay answers.json   # with recorded errors
"""

_LEFTOVERS = {
    "ANTHROPIC_API_KEY": "sk-ant-left-from-last-week",
    "CLAUDE_CODE_USE_VERTEX": "1",
    "AWS_REGION": "eu-west-1",
}
_FRESH = "env -u ANTHROPIC_API_KEY -u ANTHROPIC_BASE_URL -u CLAUDE_CODE_USE_VERTEX"
_LOOK = "env | grep -E '^(ANTHROPIC|AWS_REGION|AWS_PROFILE|CLAUDE_CODE|CCSETUP_PROFILE)' | sort"


def demo(
    context: Context,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the simulated providers running until Ctrl-C.")] = False,
    shell: Annotated[bool, typer.Option("--shell", help="Open a shell with the providers, profiles and keys.")] = False,
    replay: Annotated[
        Path | None, typer.Option("--replay", metavar="FILE", help="Reply as recorded by `doctor --record FILE`.")
    ] = None,
) -> None:
    from ccsetup.lab.lab import Lab
    from ccsetup.lab.world import default

    if replay is not None and not serve:
        raise UserError("--replay needs --serve", "ccsetup demo --serve --replay FILE")
    recording = _read_recording(replay) if replay is not None else None
    if shell:
        if serve:
            raise UserError("--shell cannot be used with --serve", "use one of them")
        if not context.obj.system.interactive:
            raise UserError("not a terminal, so no shell was opened", "without one: ccsetup demo --serve")
    # Today's, so that no clock disagrees; the show's own days are the world's.
    world = default().on(context.obj.system.now().date()) if shell else None
    with (
        cleanup.private_temporary_folder("demo") as home,
        Lab(world, tls=True, folder=home, replay=recording) as lab,
    ):
        if serve:
            _serve(lab, home)
        elif shell:
            raise typer.Exit(_Show(lab, home).open_shell())
        else:
            _Show(lab, home, pauses=context.obj.system.interactive and sys.stdout.isatty()).run()


def _read_recording(file: Path) -> "Replay":
    from ccsetup.lab.replay import Malformed, Replay

    try:
        recording = Replay(file)
    except (OSError, Malformed) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UserError(
            f"{file} cannot be replayed: {reason}", "ccsetup doctor NAME --record FILE makes one"
        ) from error
    console.say(f"{len(recording)} recorded errors are replayed")
    return recording


def _serve(lab: "Lab", home: Path) -> None:
    """Print the variables that point any tool at the lab, then wait."""
    variables = {"HOME": str(home), **lab.environment(home)}
    console.answer_program(
        "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(variables.items()))
    )
    console.say(f"the providers answer at {lab.base}; their accounts' files are below {home}")
    for surface, url in lab.base_urls.items():
        console.say(f"  for a profile of surface {surface}: --set base_url={url}")
    console.say("Ctrl-C ends them")
    with suppress(KeyboardInterrupt, SystemExit):  # whichever signal it is
        threading.Event().wait()


class _Show:
    """Runs commands of ccsetup in a temporary home against a lab."""

    def __init__(self, lab: "Lab", home: Path, *, pauses: bool = False) -> None:
        self._lab = lab
        self._shown = False
        self._pauses = pauses
        self._home = home
        key = next(login.secret for login in lab.world.anthropic.login)
        self._environment: Mapping[str, str] = {
            "PATH": f"{self._program()}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TERM": os.environ.get("TERM", "dumb"),
            "SHELL": os.environ.get("SHELL", "/bin/sh"),
            **lab.environment(home),
            **_LEFTOVERS,
            "WORK_KEY": key,
        }

    def _program(self) -> Path:
        """Create a folder in which `ccsetup` is this program."""
        folder = self._home / "bin"
        folder.mkdir()
        program = folder / "ccsetup"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m ccsetup "$@"\n')
        program.chmod(0o755)
        return folder

    def run(self) -> None:
        urls = self._lab.base_urls
        self._say("Four ways to reach Claude. Model ids come from each provider's live list.")
        self._do("ccsetup init bedrock-prod --surface bedrock --set aws_profile=my-prod --set region=us-east-1 --yes")
        self._do("ccsetup init vertex-ml --surface vertex --set project=acme-ml --set location=global --yes")
        self._do(f"ccsetup init work --surface api-key --set key=env:WORK_KEY --set base_url={urls['api-key']} --yes")
        nowhere = {"HTTPS_PROXY": self._lab.url}  # hosts without their own address: Anthropic's host, the price pages
        self._do("ccsetup init max --surface subscription --set plan=max-5x --yes", nowhere)
        self._do("ccsetup list")
        self._say("A profile in Tokyo keeps requests in Japan, and reports what is not available there.")
        self._do("ccsetup init tokyo --surface bedrock --set aws_profile=my-prod --set region=ap-northeast-1 --yes")
        self._do("ccsetup models tokyo | head -8")
        self._say("This shell has old variables from last week. One line, and Claude Code uses Bedrock anyway.")
        self._do(f"{_LOOK}")
        self._do(f'eval "$(ccsetup env bedrock-prod)"; {_LOOK}')
        self._say("And back.")
        self._do(f'eval "$(ccsetup env bedrock-prod)"; eval "$(ccsetup env --off)"; {_LOOK}')
        self._say(
            "What a fortnight of work cost, on whose bill, and why. The work is made up; the prices are the lab's."
        )
        self._work()
        self._do("ccsetup prices bedrock-prod 2> /dev/null", nowhere)
        self._do("ccsetup prices vertex-ml 2> /dev/null", nowhere)
        self._do("ccsetup cost --since 14d")
        self._do("ccsetup cost bedrock-prod --since 14d --by day")
        self._say("The same work elsewhere, at today's prices. --need excludes surfaces, with the reason.")
        self._do("ccsetup choose --since 14d --need residency=us 2> /dev/null", nowhere)
        self._say("Before work begins: what to have confirmed in writing, with the blanks filled in.")
        self._do("ccsetup scope bedrock-prod --json | sed -n '/\"ask\"/,$p'")
        self._say("Pins age. This one was set last summer, and it is now 1 June 2027:")
        today, older = self._lab.world, "--set models.opus=us.anthropic.claude-opus-5"
        where = "--set aws_profile=my-prod --set region=us-east-1"
        self._do(f"ccsetup init summer --surface bedrock {where} {older} --yes")
        self._lab.world = today.on(datetime.date(2027, 6, 1))
        self._do("ccsetup drift summer")
        self._do("ccsetup drift summer --fix --yes")
        self._lab.world = today
        self._say(
            "Three profiles that do not work, each for a different reason. doctor finds it before Claude Code does."
        )
        unchecked = "--yes --no-verify 2> /dev/null"
        self._do(f"ccsetup init expired --surface bedrock --set aws_profile=stale --set region=us-east-1 {unchecked}")
        self._do(
            f"ccsetup init new-account --surface bedrock --set aws_profile=sandbox --set region=us-east-1 {unchecked}"
        )
        self._do(
            f"ccsetup init new-project --surface vertex --set project=fresh-project --set location=global {unchecked}"
        )
        self._do(f"{_FRESH} ccsetup doctor bedrock-prod expired new-account new-project")
        self._say("One page for the team: verdicts, lifecycle dates, quotas, prices, cost, scope.")
        self._do(f"{_FRESH} ccsetup report --html team.html && ls -l team.html", nowhere)

    def open_shell(self) -> int:
        """Make a profile for each kind of account that the lab has, then start the user's shell among them."""
        urls = self._lab.base_urls
        aws = "--surface bedrock --set aws_profile=my-prod"
        for words in (
            f"bedrock {aws} --set region=us-east-1",
            f"tokyo {aws} --set region=ap-northeast-1",
            "vertex --surface vertex --set project=acme-ml --set location=global",
            f"work --surface api-key --set key=env:WORK_KEY --set base_url={urls['api-key']}",
        ):
            self._quietly(f"ccsetup init {words} --yes")
        self._work()
        console.say(
            "A shell with simulated providers: nothing here reaches the internet or your own files.",
            "Profiles: bedrock, tokyo, vertex, work. Keys are in WORK_KEY and in ~/.aws and ~/.config/gcloud here.",
            "Try these; exit leaves the shell:",
            "  ccsetup list",
            "  ccsetup doctor",
            "  ccsetup models tokyo",
            "  ccsetup quota bedrock",
            "  ccsetup prices bedrock",
            "  ccsetup cost          # of a made-up fortnight of work",
        )
        program = self._environment.get("SHELL") or "/bin/sh"
        for name in (".bashrc", ".zshrc"):
            (self._home / name).write_text("PS1='(ccsetup demo) $ '\n")
        gone = {*_LEFTOVERS, "ANTHROPIC_BASE_URL"}  # each would divert one of the profiles
        kept = {name: value for name, value in self._environment.items() if name not in gone}
        # Hosts without their own address lead to the lab too.
        kept |= {"HTTPS_PROXY": self._lab.url, "PS1": "(ccsetup demo) $ "}
        return process.attached([program], environment=kept, cwd=self._home)

    def _quietly(self, command: str) -> None:
        done = process.run(command, environment=self._environment, seconds=60, cwd=self._home)
        if done.code:
            raise UserError(f"the demo could not be prepared: {command}", "see: ccsetup demo")

    def _work(self) -> None:
        """Write the transcripts of a made-up fortnight, with the models that the profiles pin."""
        from ccsetup.lab.work import Team, write_fortnight

        opus, sonnet, haiku = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
        geography = "us.anthropic."
        aws = Team("bdrk_", geography + opus, geography + sonnet, geography + haiku, (2, 4))
        google = Team("vrtx_", opus, sonnet, haiku, (0, 1))
        write_fortnight(self._home / ".claude", datetime.datetime.now(datetime.UTC).date(), (aws, google))

    def _say(self, words: str) -> None:
        if self._shown and self._pauses:
            sys.stderr.write("── press Enter to continue ──")
            sys.stderr.flush()
            sys.stdin.readline()
        self._shown = True
        console.answer("", f"── {words}")

    def _do(self, command: str, more: Mapping[str, str] = MappingProxyType({})) -> None:
        console.answer("", f"$ {command}")
        sys.stdout.flush()
        with process.started(
            command, environment={**self._environment, **more}, cwd=self._home, out=sys.stdout.buffer
        ) as shell:
            shell.wait()
