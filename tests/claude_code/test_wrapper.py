"""A `claude` that is a script: what it starts and sets is read, and doctor, status and trace judge it by that."""

import json
import os
from pathlib import Path

import pytest

from ccsetup.claude_code import installation
from ccsetup.claude_code.wrapper import read_wrapper
from ccsetup.lab.lab import Lab
from tests.support.client_runner import require_client
from tests.support.program import Program
from tests.support.selection import examples

NAMED = "may set AWS_PROFILE"
CHANGES = {
    "export": ('export ANTHROPIC_BASE_URL=https://gw.example.com\nexec {inner} "$@"', ("ANTHROPIC_BASE_URL",), ""),
    "prefix": ('AWS_PROFILE=other exec {inner} "$@"', ("AWS_PROFILE",), ""),
    "env": ('exec env -u AWS_REGION AWS_PROFILE=x {inner} "$@"', ("AWS_REGION", "AWS_PROFILE"), ""),
    "default": (': "${{ANTHROPIC_MODEL:=haiku}}"\nexport ANTHROPIC_MODEL\nexec {inner} "$@"', ("ANTHROPIC_MODEL",), ""),
    "unset": ('unset ANTHROPIC_API_KEY\nexec {inner} "$@"', ("ANTHROPIC_API_KEY",), ""),
    "certificates": ('export NODE_EXTRA_CA_CERTS=/ca.pem\n{inner} "$@"', ("NODE_EXTRA_CA_CERTS",), ""),
    "file": ('. ~/.secrets\nexec {inner} "$@"', (), "."),
    "eval": ('eval "$(pass show claude)"; exec {inner} "$@"', (), "eval"),
    "vault": ('exec aws-vault exec prod -- {inner} "$@"', (), "aws-vault"),
    "container": ('exec docker run -it --rm img {inner} "$@"', (), "docker run"),
    "another host": ('exec ssh -t host {inner} "$@"', (), "ssh"),
    "a package": ('[ -x {inner} ] || exec npx -y @anthropic-ai/claude-code@2.1.100 "$@"', (), "npx"),
    "a profile": ('exec ccsetup run work -- {inner} "$@"', (), "ccsetup run"),
    "ssh's agent": ('export SSH_AUTH_SOCK=/run/ssh/agent\nexec {inner} "$@"', (), ""),
    "python": ('os.environ["ANTHROPIC_AUTH_TOKEN"] = "x"\nos.execv("{inner}")', ("ANTHROPIC_AUTH_TOKEN",), ""),
    "node": ('process.env.ANTHROPIC_MODEL = "opus"\nspawn("{inner}")', ("ANTHROPIC_MODEL",), ""),
    "option": ('exec {inner} --model haiku "$@"', ("--model",), ""),
    "options": ('exec {inner} --settings x.json \\\n  --agent=a "$@"', ("--settings", "--agent"), ""),
    "option in python": ('os.execv("{inner}", ["claude", "--model", "haiku", *sys.argv[1:]])', ("--model",), ""),
    "other option": ('exec {inner} --verbose --add-dir "$HOME/notes" "$@"', (), ""),
    "option read": ('case "$1" in --model) shift 2;; esac\nexec {inner} "$@"', (), ""),
    "asdf": ('exec asdf exec "{inner}" "$@"', (), ""),
    "nix": ('export DISABLE_AUTOUPDATER=1\nunset DEV\nexec -a "$0" "{inner}" "$@"', (), ""),
    "names in a loop": ('for v in AWS_PROFILE; do export $v=x; done\nexec {inner} "$@"', (), "export"),
    "names of another": ('export $(cat "$HOME/my.env")\nexec {inner} "$@"', (), "export"),
    "names by env": ('exec env $(cat "$HOME/my.env") {inner} "$@"', (), "env"),
    "lines of a file": ('while read -r l; do export "$l"; done < ~/my.env\nexec {inner} "$@"', (), "export"),
    "half a name": ('B=BEDROCK\nexport "CLAUDE_CODE_USE_$B=1"\nexec {inner} "$@"', (), "export"),
    "printf": ('printf -v AWS_PROFILE x; export AWS_PROFILE\nexec {inner} "$@"', (), NAMED),
    "removes all": ('for v in $(env); do unset "$v"; done\nexec {inner} "$@"', (), "unset"),
    "empty environment": ('exec env -i HOME="$HOME" {inner} "$@"', ("HOME",), "env -i"),
    "folder": ('cd "$HOME/proj"\nexec {inner} "$@"', (), "starts Claude Code in another folder"),
    "update in python": ('os.environ.update({{"AWS_PROFILE": "x"}})\nos.execv("{inner}")', (), NAMED),
    "pairs in node": ('spawn("{inner}", [], {{env: {{...process.env, AWS_PROFILE: "x"}}}})', (), NAMED),
    "list of options": ('ARGS=(--model haiku)\nexec {inner} "${{ARGS[@]}}" "$@"', ("--model",), ""),
    "text of options": ('OPT="--settings $HOME/s.json"\nexec {inner} $OPT "$@"', ("--settings",), ""),
    "options from outside": ('exec {inner} $CLAUDE_FLAGS "$@"', (), "passes the options in $CLAUDE_FLAGS on"),
    "own arguments": ('ARGS=(--verbose)\nexec {inner} "${{ARGS[@]}}" "$@"', (), ""),
    "words about it": ('echo "uses AWS_PROFILE and --model"\nexec {inner} "$@"', (), ""),
    "nothing": ('# export ANTHROPIC_MODEL=haiku\nexec {inner} "$@"', (), ""),
    "reading": ('if [ "$ANTHROPIC_MODEL" = x ]; then echo "$AWS_PROFILE"; fi\nexec {inner} "$@"', (), ""),
    "own": ('export PATH="/opt/node/bin:$PATH" EDITOR=vi\nexec {inner} "$@"', (), ""),
}  # fmt: skip


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(("text", "sets", "by"), CHANGES.values(), ids=CHANGES)
def test_what_a_script_sets_is_read(tmp_path: Path, text: str, sets: tuple[str, ...], by: str) -> None:
    inner = written(tmp_path / "versions" / "claude", "\x7fELF")
    path = written(tmp_path / "bin" / "claude", "#!/bin/sh\n" + text.format(inner=inner) + "\n")
    found = read_wrapper(path, {"HOME": str(tmp_path), "PATH": str(path.parent)})
    assert found is not None
    assert (found.starts, set(found.sets), bool(found.may)) == (inner, {*sets}, bool(by))
    assert by in found.may
    assert found.is_transparent == (not sets and not by)


def test_what_the_first_line_sets_is_read(tmp_path: Path) -> None:
    inner = written(tmp_path / "versions" / "claude", "\x7fELF")
    path = written(tmp_path / "bin" / "claude", f'#!/usr/bin/env -S AWS_PROFILE=other sh\nexec {inner} "$@"\n')
    found = read_wrapper(path, {"HOME": str(tmp_path), "PATH": f"{path.parent}:{os.defpath}"})
    assert found is not None
    assert (found.starts, found.sets) == (inner, ("AWS_PROFILE",))


def test_script_that_is_too_large_to_read_is_not_taken_for_the_client(tmp_path: Path) -> None:
    path = written(tmp_path / "bin" / "claude", "#!/bin/sh\n" + "# x\n" * 30_000 + 'exec /usr/bin/claude "$@"\n')
    found = read_wrapper(path, {"HOME": str(tmp_path), "PATH": str(path.parent)})
    assert found is not None
    assert not found.is_transparent


@pytest.mark.parametrize(
    "text",
    [
        'exec "$HOME/.local/bin/claude" "$@"',
        "exec ~/.local/bin/claude $*",
        'basedir=$(dirname "$0")\nexec "$basedir/../.local/bin/claude" "$@"',
        'exec "$(dirname "$0")/../.local/bin/claude" "$@"',
        'exec "$(dirname "$(readlink -f "$0")")/../.local/bin/claude" "$@"',
        'command claude "$@"',
    ],
)
def test_started_client_is_found(tmp_path: Path, text: str) -> None:
    inner = written(tmp_path / ".local" / "bin" / "claude", "\x7fELF")
    path = written(tmp_path / "bin" / "claude", f"#!/usr/bin/env bash\n{text}\n")
    environment = {"HOME": str(tmp_path), "PATH": os.pathsep.join((str(path.parent), str(inner.parent), os.defpath))}
    found = read_wrapper(path, environment)
    assert found is not None
    assert found.starts == inner


@pytest.mark.parametrize(
    "text",
    [
        'PATH=/opt/x:$PATH exec claude "$@"',
        'export PATH="/opt/x:$PATH"\nexec claude "$@"',
        'cd "$(dirname "$0")/../real" && exec ./claude "$@"',
        'exec "$CLAUDE_BIN/claude" "$@"',
        'exec /opt/asdf/bin/asdf exec "claude" "$@"',
        'exec mise x -- claude "$@"',
        'exec claude-next "$@"',
        'exec "$0" "$@"',
    ],
)
def test_what_the_text_does_not_tell_is_not_the_next_client(tmp_path: Path, text: str) -> None:
    other = written(tmp_path / "other" / "claude", "\x7fELF")
    path = written(tmp_path / "bin" / "claude", f"#!/bin/sh\n{text}\n")
    environment = {"HOME": str(tmp_path), "PATH": os.pathsep.join((str(path.parent), str(other.parent)))}
    found = read_wrapper(path, environment)
    assert found is not None
    assert found.starts is None


def test_wrapper_of_a_wrapper_counts_both(tmp_path: Path) -> None:
    last = written(tmp_path / "c" / "claude", "\x7fELF")
    inner = written(tmp_path / "b" / "claude", f'#!/bin/sh\nAWS_REGION=eu-west-1 exec {last} "$@"\n')
    path = written(tmp_path / "a" / "claude", f'#!/bin/sh\nexport AWS_PROFILE=x\nexec {inner} "$@"\n')
    found = read_wrapper(path, {"PATH": str(path.parent)})
    assert found is not None
    assert (found.starts, set(found.sets)) == (last, {"AWS_PROFILE", "AWS_REGION"})


def test_node_modules_above_a_script_is_not_what_it_starts(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "@anthropic-ai" / "claude-code-linux-x64" / "claude"
    written(package, "\x7fELF")
    path = written(tmp_path / "bin" / "claude", "#!/bin/sh\nexec my-own-thing\n")
    found = installation.located({"PATH": str(path.parent)})
    assert found is not None
    assert found.code == path


@pytest.mark.parametrize(
    "text",
    [
        'case "$USE" in new) exec {inner} "$@";; *) exec {other} "$@";; esac',
        '[ "$1" = --version ] && echo "2.1.332 (Claude Code)" || claude-old "$@"',
        'exec claude-next "$@"',
        'exec "$CLAUDE_BIN/claude" "$@"',
    ],
)
def test_what_is_started_has_to_be_told(tmp_path: Path, text: str) -> None:
    inner, other = (written(tmp_path / name / "claude", "\x7fELF") for name in ("a", "b"))
    path = written(tmp_path / "bin" / "claude", "#!/bin/sh\n" + text.format(inner=inner, other=other) + "\n")
    found = read_wrapper(path, {"HOME": str(tmp_path), "PATH": str(path.parent)})
    assert found is not None
    assert not found.is_transparent


@pytest.mark.parametrize("first", ["#!/bin/sh\r", "#!/usr/bin/env nowhere", "#!/nowhere/bash"])
def test_script_that_the_system_cannot_run_starts_nothing(tmp_path: Path, first: str) -> None:
    inner = written(tmp_path / "versions" / "claude", "\x7fELF")
    path = written(tmp_path / "bin" / "claude", f'{first}\nexec {inner} "$@"\n')
    found = read_wrapper(path, {"HOME": str(tmp_path), "PATH": os.defpath})
    assert found is not None
    assert found.starts is None


@pytest.mark.client
@pytest.mark.parametrize("sets", examples(("ANTHROPIC_MODEL=claude-haiku-4-5", ""), "ANTHROPIC_MODEL=claude-haiku-4-5"))
def test_doctor_status_and_trace_judge_by_what_it_starts(program: Program, lab: Lab, sets: str) -> None:
    export = f"export {sets}\n" if sets else ""
    path = written(program.home / "bin" / "claude", f'#!/bin/sh\n{export}exec {require_client()} "$@"\n')
    environment = {**lab.environment(program.home), "PATH": os.pathsep.join((str(path.parent), os.defpath))}
    pin = {"models.opus": "claude-opus-5-5", "models.default": "opus", "key": "env:LAB_KEY"}
    key = next(login.secret for login in lab.world.anthropic.login)
    environment |= {"LAB_KEY": key}
    program.init("p", "api-key", base_url=lab.base_urls["api-key"], **pin)
    doctor = json.loads(program.run("doctor", "p", "--json", environment=environment).out)["profiles"][0]
    status = json.loads(program.run("status", "--json", environment=environment).out)
    traced = json.loads(program.run("trace", "p", "--seconds", "60", "--json", environment=environment).out)
    main = next(request for request in traced["requests"] if request["role"] == "main")
    is_named = bool(sets)
    assert ("claude-wrapper" in {one["check"] for one in doctor["findings"]}) == is_named
    assert ("claude-wrapper" in {one["check"] for one in status["findings"]}) == is_named
    assert doctor["verdict"] == ("unknown" if sets else doctor["verdict"])
    assert main["model"] == ("claude-haiku-4-5" if sets else "claude-opus-5-5")
    assert traced["verdict"] == ("differs" if sets else "as-declared")


@pytest.mark.parametrize(
    "text", ['exec /gone/claude "$@"', 'exec "$HOME/.local/gone/claude" "$@"', "node /gone/cli.js"]
)
def test_script_that_starts_what_is_gone_is_not_the_next_client(program: Program, text: str) -> None:
    """The shell runs the script, whatever stands later on the PATH."""
    path = written(program.home / "bin" / "claude", f"#!/bin/sh\n{text}\n")
    folders = (str(path.parent), str(require_client().parent), os.defpath)
    environment = {"PATH": os.pathsep.join(folders)}
    done = program.run("doctor", "--here", "--offline", "--json", environment=environment)
    (report,) = json.loads(done.out)["profiles"]
    (reason,) = [one["reason"] for one in report["broken"] if one["check"] == "client"]
    assert reason.startswith("~/bin/claude does not work")
