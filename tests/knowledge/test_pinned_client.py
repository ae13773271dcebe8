"""Our data against the pinned client's own text, in both directions: a new release that moves a fact fails here."""

import os
import re
from functools import cache
from pathlib import Path

import pytest

from ccsetup.claude_code.facts.client_facts import ClientFacts, read_facts
from ccsetup.claude_code.facts.program_text import program_texts
from ccsetup.claude_code.facts.provider_tables import provider_name
from ccsetup.knowledge import precedence, surfaces
from ccsetup.providers.explanation import explain_text
from tests.support.client_runner import require_client

pytestmark = pytest.mark.client
ROOT = Path(__file__).parents[2]
KNOWN = surfaces.load_surfaces()
BEYOND = {"ca", "in", "us-gov"}  # prefixes that pins may have and Claude Code's variable does not take; doctor says so
_CLIENT = re.compile(r"^> claude: (.+)$", re.MULTILINE)
_SPECIMENS = {path.stem: _CLIENT.findall(path.read_text()) for path in (ROOT / "checks").iterdir()}


def client() -> Path:
    return Path(os.path.realpath(require_client()))


@cache
def facts() -> ClientFacts:
    return read_facts(client())


@pytest.mark.parametrize("name", KNOWN.surfaces)
def test_aliases_are_those_of_the_pinned_client(name: str) -> None:
    surface = KNOWN.surfaces[name]
    environment = {surface.flag: "1"} if surface.flag else {}
    provider = precedence.load().selected(environment)[0]
    assert dict(sorted(surface.aliases.items())) == facts().aliases[provider_name(provider.client)]


def test_prefixes_are_those_that_the_client_takes() -> None:
    rules = [surface.prefix for surface in KNOWN.surfaces.values() if surface.prefix]
    assert rules
    for rule in rules:
        assert rule.takes == facts().variables[rule.variable].values
        assert {*rule.regions.values(), rule.otherwise} <= {*rule.takes, "us-gov"}


@pytest.mark.parametrize("name", KNOWN.surfaces)
def test_an_answer_is_one_that_the_client_takes(name: str) -> None:
    surface = KNOWN.surfaces[name]
    for ask in surface.ask:
        declared = facts().variables.get(surface.variable(ask.name))
        if ask.one_of and declared and declared.values:
            beyond = BEYOND if surface.prefix and surface.variable(ask.name) == surface.prefix.variable else set()
            assert {*ask.one_of} - {*declared.values} == beyond
            assert {*declared.values} <= {*ask.one_of}, "the client takes more"


def test_what_the_client_calls_provider_managed_is_accounted_for() -> None:
    assert len(facts().managed) > 100
    assert [name for name in facts().managed if not KNOWN.is_accounted(name)] == []


def test_every_variable_that_we_name_is_one_of_the_client_s() -> None:
    """A typing error in a surface's file would scrub nothing, silently."""
    known = {*facts().names, *facts().variables, *facts().managed, *facts().regions.values()}
    named = {name for name in KNOWN.variables if not name.endswith("*")}
    built = {name for name in named if name.startswith("AWS_ENDPOINT_URL_")}  # the SDK makes them of a service's name
    assert named - built - known == set()


def test_vertex_region_variables_are_accounted_for() -> None:
    assert len(facts().regions) > 15
    assert [name for name in facts().regions.values() if not KNOWN.is_accounted(name)] == []


def test_the_order_of_the_clouds_is_the_client_s() -> None:
    flags = [provider.flags[0] for provider in precedence.load().provider if provider.flags]
    clouds = [variable for variable, _ in facts().order]
    assert [flag for flag in flags if flag in clouds] == clouds
    assert {surface.flag for surface in KNOWN.surfaces.values() if surface.flag} == {*clouds}
    names = {provider.flags[0]: provider.client for provider in precedence.load().provider if provider.flags}
    assert [provider_name(names[variable]) for variable in clouds] == [provider for _, provider in facts().order]


def test_what_best_means_is_the_client_s() -> None:
    assert precedence.load().aliases["best"] == facts().best


def test_what_the_client_says_of_faults_is_in_its_text() -> None:
    """Each sentence after `claude:` is one of the client's templates; what a fault fills in may be anything."""
    parts = {part: slug for slug, lines in _SPECIMENS.items() for line in lines for part in _fixed(line)}
    assert len(parts) > 15
    missing = set(parts)
    for text in program_texts(client()):
        missing -= {part for part in missing if part.encode() in text}
    assert not missing, "\n".join(f"{part}: {parts[part]}" for part in sorted(missing))


# What the client's AWS library logs on its way through the sources, and never shows.
_OF_THE_CHAIN = re.compile(
    r"[Ss]kipping|checking config file next|^Please pass|^Web identity configuration not specified|did not contain"
    r"|^EC2 Instance Metadata Service access disabled|^Temporary credential requires|^Failed to generate Dpop"
    r"|^Invalid response from STS|^SSO returns an invalid|^Server responded with status"
)
_RAISED = re.compile(rb"\b(?:Credentials|Token)ProviderError\((`[^`]{8,}`|\"[^\"]{8,}\"|'[^']{8,}')", re.ASCII)


def test_what_the_client_s_aws_library_refuses_has_a_page() -> None:
    """Each message of a missing or refused credential, as the client's own library words it: `explain` knows it."""
    raised = {found[1][1:-1].decode() for text in program_texts(client()) for found in _RAISED.finditer(text)}
    messages = sorted(re.sub(r"\$\{[^}]*\}+", "my-prod", text) for text in raised if not _OF_THE_CHAIN.search(text))
    assert len(messages) > 25
    unknown = [text for text in messages if not explain_text(f"CredentialsProviderError: {text}", KNOWN, "bedrock")]
    assert unknown == [], "\n".join(unknown)


def _fixed(sentence: str) -> list[str]:
    """The parts of a sentence that are its template's: not parentheses, paths, numbers, codes, names, limits."""
    pieces = re.split(
        r"\([^)]*\)|·|: |/\S+|\b[A-Z]\w*-\S+|\bfrom\b|\b[A-Z_]{4,}\b|\d+|'|\b(?:weekly|Opus) limit", sentence
    )
    return [piece.strip(" .") for piece in pieces if len(piece.split()) >= 3]
