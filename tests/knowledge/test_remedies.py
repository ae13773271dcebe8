"""Remedies can be pasted: whatever the facts hold, a shell reads them, and what they call is there."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator

import pytest

from ccsetup.knowledge import pages
from tests.support.command_line import commands, known_options
from tests.support.program import Program

HARD = "a b'c"
WITH_COMMANDS = [slug for slug in pages.slugs() if pages.load_page(slug).remedy.commands]
# What the AWS CLI adds to AWS's own operations: https://docs.aws.amazon.com/cli/latest/reference/
OF_THE_CLI = {
    ("configure",): {"profile"},
    ("configure", "list"): {"profile"},
    ("configure", "list-profiles"): set[str](),
    ("configure", "get"): {"profile"},
    ("configure", "set"): {"profile"},
    ("configure", "sso"): {"profile"},
    ("configure", "export-credentials"): {"profile", "format"},
    ("sso", "login"): {"profile"},
    ("login",): {"profile"},
}
GLOBAL = {"profile", "region", "query", "output"}


def filled(slug: str, kind: str) -> tuple[str, ...]:
    """The commands of a page: every fact in them a difficult one, or, for kind "", none given."""
    found = pages.load_page(slug)
    names = re.findall(r"\{([a-z_]+)", " ".join(found.remedy.commands))
    bare = re.findall(r"\{([a-z_]+)!?\}", " ".join(found.remedy.commands))
    facts = dict.fromkeys(names if kind else bare, HARD)
    return found.filled({**facts, "identity_kind": kind} if kind else facts)[1].commands


def calls(command: str) -> Iterator[list[str]]:
    """The words of each program that a line of shell starts, those of a "$(…)" in it included."""
    if inner := re.search(r'"\$\((.*)\)"', command):
        yield from calls(inner[1])
        command = command.replace(inner[0], "OUTPUT")
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for token in lexer:
        if token in ("|", "||", "&&", ";"):
            yield words
            words = []
        else:
            words.append(token)
    yield words[: words.index(">")] if ">" in words else words


CALLS = [
    (slug, words)
    for slug in WITH_COMMANDS
    for kind in ("role", "user", "")
    for command in filled(slug, kind)
    for words in calls(command)
]


def started(program: str) -> list[tuple[str, list[str]]]:
    found = {(slug, *words[1:]) for slug, words in CALLS if words[0] == program}
    return [(slug, words) for slug, *words in sorted(found)]


def options(words: list[str]) -> dict[str, str]:
    """{option: the word after it} of `--option word` and `--option=word`."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return {
        (name.partition("=")[0])[2:]: name.partition("=")[2] or value for name, value in pairs if name.startswith("--")
    }


@pytest.mark.parametrize("slug", WITH_COMMANDS)
def test_a_shell_reads_every_command_whatever_the_facts_hold(slug: str) -> None:
    script = "\n".join(filled(slug, "role") + filled(slug, ""))
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("slug", "words"), started("aws"), ids=lambda value: str(value)[:60])
def test_an_aws_command_names_an_operation_and_parameters_that_exist(slug: str, words: list[str]) -> None:
    import botocore.session
    from botocore import xform_name

    given = options(words)
    spoken = tuple(word for word in words[:2] if not word.startswith("--"))
    if spoken in OF_THE_CLI:
        assert {*given} <= OF_THE_CLI[spoken]
        return
    service, operation = spoken
    model = botocore.session.get_session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    members = {xform_name(name, "-"): member for name, member in shape.members.items()} if shape else {}
    assert {*given} <= {*members, *GLOBAL}
    assert {xform_name(name, "-") for name in (shape.required_members if shape else ())} <= {*given}
    for name in {*given} & {*members}:
        known = getattr(members[name], "enum", None)
        assert not known or given[name] in (*known, HARD)


@pytest.mark.parametrize(("slug", "words"), started("ccsetup"), ids=lambda value: str(value)[:60])
def test_a_command_of_ours_exists_with_its_options(slug: str, words: list[str]) -> None:
    name = words[0]
    assert name in commands()
    own = words[: words.index("--")] if "--" in words else words
    assert {f"--{option}" for option in options(own)} <= known_options(name)


def test_facts_arrive_in_a_command_as_they_are() -> None:
    found = {word for slug, words in CALLS if slug == "aws-region-disabled" for word in words}
    assert HARD in found


def test_the_nearest_region_is_named_by_itself(program: Program) -> None:
    program.init("p", "bedrock", region="eu-wset-3")
    done = program.run("doctor", "p", "--offline", "--json")
    (found,) = [one for one in json.loads(done.out)["profiles"][0]["findings"] if one["check"] == "aws-region-invalid"]
    assert found["facts"]["nearest"].split(" or ")[0] == "eu-west-3"
    assert not any(word in found["facts"]["nearest"] for word in ("did", "mean", "?", "known", "eu-wset-3"))


@pytest.mark.parametrize("slug", pages.slugs())
def test_without_a_profile_no_command_names_one(slug: str) -> None:
    facts = {"profile": pages.HERE, "keyring_profile": pages.HERE}
    quoted = f"'{pages.HERE}'"
    assert not [line for line in pages.load_page(slug).filled(facts)[1].commands if quoted in line]
