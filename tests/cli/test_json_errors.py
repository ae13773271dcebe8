"""With --json, an error that ends the run is a JSON document too, of one shape for all commands."""

import json
import os
import subprocess

import pytest

from tests.cli.test_outputs import run
from tests.support.program import EXECUTABLE, Program
from tests.support.selection import examples

LINES = (
    "show nope --json", "models nope --json", "quota nope --json", "prices nope --json", "trace nope --json",
    "doctor nope --json", "drift nope --json", "cost nope --json", "scope nope --json", "surfaces nope --json",
    "models --json", "trace --json", "quota --json", "prices --format nope --json", "list --json --nope",
    "choose --need nope --json", "models p --json", "quota p --json", "prices p --json",
)  # fmt: skip


@pytest.mark.parametrize("line", examples(LINES, "show nope --json", "models nope --json", "models p --json"))
def test_error_is_one_json_document(program: Program, line: str) -> None:
    program.bedrock("p")
    program.bedrock("q")
    done = program.run(*line.split())
    assert done.code in (2, 3), done
    document = json.loads(done.out)
    assert document["schema"] == 1
    if "error" in document:
        error = document["error"]
        assert error["exit_code"] == done.code
        assert error["message"] in done.err
        assert error["check"] or all(hint in done.err for hint in error["hints"])


def test_error_from_a_page_names_the_page(program: Program) -> None:
    program.bedrock("p")
    path = program.profiles / "p.toml"
    path.write_text(
        path.read_text().replace('aws_profile = "my-prod"', 'aws_profile = "my-prod"\nbase_url = "http://x.example"')
    )
    error = json.loads(program.run("models", "p", "--json").out)["error"]
    assert error["check"] == "insecure-url"


def test_error_without_json_leaves_stdout_empty(program: Program) -> None:
    assert program.run("show", "nope").out == ""
    assert program.run("run", "nope", "--", "echo", "--json").out == ""


def test_closed_stdout_is_an_error(program: Program) -> None:
    program.bedrock("p")
    for line in ("list", "list --json", "show p", "env p", "--help"):
        done = run(program, line, ">&-")
        assert (done.code, done.err) == (2, "ccsetup: cannot write to standard output: Bad file descriptor\n"), line


def test_closed_pipe_ends_a_command_as_sigpipe_does(program: Program) -> None:
    program.bedrock("p")
    for line in ("list", "env p", "hook bash"):
        reader, writer = os.pipe()
        os.close(reader)
        with subprocess.Popen([EXECUTABLE, *line.split()], env=program.environment, stdout=writer) as child:
            os.close(writer)
        assert child.returncode == 141, line
