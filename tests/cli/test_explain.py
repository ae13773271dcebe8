"""`explain` recognises what people paste, says so if it does not, and finds pages by a word."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ccsetup.knowledge import pages
from ccsetup.knowledge.surfaces import load_surfaces
from ccsetup.providers import recognise
from ccsetup.providers.explanation import explain_text, is_guess
from ccsetup.providers.recognise import Said
from tests.support.pasted import OURS, WRAPPINGS, Specimen
from tests.support.program import Program
from tests.support.selection import examples
from tests.support.warm import Warm

QUICK = ("aws-token-expired", "vertex-model-not-enabled", "api-key-rejected")
DENIED = (
    'API Error: 403 {"Message":"User: arn:aws:sts::123456789012:assumed-role/dev/me is not authorized to perform: '
    "bedrock:InvokeModel on resource: arn:aws:bedrock:eu-north-1::foundation-model/anthropic.claude-opus-5-5 "
    'because no identity-based policy allows the bedrock:InvokeModel action"}'
)


def told_by_text(slug: str, specimen: Specimen) -> bool:
    """Whether the message alone identifies the page: not ccsetup's own messages, nor what needs a probe."""
    page, code = pages.load_page(slug), specimen[1]
    known = {recognise.finding(Said(*specimen), surface).check for surface in page.head.surfaces}
    return slug in known and code != OURS and not code.startswith("no-") and slug != recognise.UNKNOWN


def specimens_told(slug: str) -> list[Specimen]:
    return [specimen for specimen in pages.specimens(slug) if told_by_text(slug, specimen)]


@pytest.mark.parametrize("slug", examples(pages.slugs(), *QUICK))
def test_specimen_wrapped_in_noise_is_explained_by_its_page(slug: str) -> None:
    surfaces = pages.load_page(slug).head.surfaces
    for specimen in specimens_told(slug):
        for name, wrap in WRAPPINGS.items():
            text = wrap(specimen)
            matches = [match.page.slug for match in explain_text(text, load_surfaces())]
            assert slug in matches, (name, text, matches)
            first = [explain_text(text, load_surfaces(), surface)[:1] for surface in surfaces]
            assert slug in {match.page.slug for match, *_ in first}, (name, text)


def test_page_of_what_ccsetup_printed_is_found() -> None:
    """Titles that hardly say more than their facts are left to the search by word."""
    facts = dict.fromkeys(("profile", "model", "region", "path", "variable", "project"), "work-1")
    lines = {slug: f"error: {pages.load_page(slug).filled(facts)[0]}" for slug in pages.slugs()[::4]}
    found = [
        slug
        for slug, line in lines.items()
        if slug in [match.page.slug for match in explain_text(line, load_surfaces())]
    ]
    assert len(found) >= len(lines) * 3 // 4, [line for slug, line in lines.items() if slug not in found]


@pytest.mark.thorough
def test_a_hundred_errors_through_the_pipe(program: Program) -> None:
    warm = Warm(program.home, program.extra)
    wraps = tuple(WRAPPINGS.values())
    told = [(slug, specimen) for slug in pages.slugs() for specimen in specimens_told(slug)]
    assert len(told) > 300
    for number, (slug, specimen) in enumerate(told[:: len(told) // 100]):
        done = warm.run("explain", "-", "--json", stdin=wraps[number % len(wraps)](specimen))
        assert done.code == 0, done.err
        assert slug in [match["check"] for match in json.loads(done.out)["matches"]]


def test_error_is_explained_with_its_facts(program: Program) -> None:
    done = program.ok("explain", DENIED)
    assert done.out.startswith("# ")
    assert "bedrock:InvokeModel" in done.out.splitlines()[0]
    assert "aws iam put-role-policy --role-name dev" in done.out
    assert "## You see" not in done.out
    match = json.loads(program.ok("explain", "--json", DENIED).out)["matches"][0]
    assert (match["check"], match["facts"]["identity_name"]) == ("bedrock-iam-denied", "dev")


def test_words_of_a_command_line_need_no_quotes(program: Program) -> None:
    done = program.ok("explain", "--json", "API", "Error:", "Credit", "balance", "is", "too", "low")
    assert json.loads(done.out)["matches"][0]["check"] == "api-credit-low"


def test_several_matches_are_ranked_and_the_provider_decides(program: Program) -> None:
    text = 'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    found = [match["check"] for match in json.loads(program.ok("explain", "--json", text).out)["matches"]]
    assert {"api-overloaded", "bedrock-unavailable", "vertex-capacity"} <= {*found}
    shown = program.ok("explain", text).out
    assert "## Also possible" in shown
    assert "--surface" in shown
    for surface, slug in (("vertex", "vertex-capacity"), ("bedrock", "bedrock-unavailable"), ("mantle", found[0])):
        only = json.loads(program.ok("explain", "--surface", surface, "--json", text).out)["matches"]
        assert only[0]["check"] == slug


def test_error_among_ids_of_a_provider_is_ranked_for_it() -> None:
    text = "overloaded_error: Overloaded (https://us-east5-aiplatform.googleapis.com/v1/projects/p)"
    assert explain_text(text, load_surfaces())[0].page.slug == "vertex-capacity"


@pytest.mark.parametrize("text", ["I am short and stout, says 418", "it does not work at all, please help me", "{" * 9])
def test_unknown_text_gets_an_honest_answer_and_a_next_step(program: Program, text: str) -> None:
    done = program.run("explain", "-", stdin=text)
    assert (done.code, done.out) == (1, "")
    assert "ccsetup: no page of ccsetup explains this text\n" in done.err
    assert "ccsetup doctor --here" in done.err
    assert json.loads(program.run("explain", "-", "--json", stdin=text).out) == {"schema": 1, "matches": []}


@pytest.mark.parametrize(
    "text",
    [
        "fatal: unable to access 'https://github.com/x/y.git/': The requested URL returned error: 403",
        "npm ERR! 403 Forbidden - GET https://registry.npmjs.org/@anthropic-ai%2fclaude-code",
        "HTTP/1.1 401 Unauthorized",
        "error: 429 from the build server",
        '{"error": "Error: Request failed with status code 403", "timestamp": "2026-11-27T14:03:11Z"}',
    ],
)
def test_status_code_alone_matches_no_page(program: Program, text: str) -> None:
    """A 403 that anything may have printed is not a gateway's; on a gateway, the page is named."""
    done = program.run("explain", "-", stdin=text)
    assert (done.code, done.out) == (1, "")
    assert "no page of ccsetup explains this text" in done.err
    assert "on surface gateway: ccsetup explain gateway-" in done.err
    assert json.loads(program.run("explain", "-", "--json", stdin=text).out)["matches"] == []
    named = json.loads(program.ok("explain", "-", "--json", "--surface", "gateway", stdin=text).out)["matches"]
    assert named[0]["check"].startswith("gateway-")


LIMITS = [
    "You've hit your limit · resets 3pm",
    "Claude usage limit reached. Your limit will reset at 3pm (Europe/Berlin).",
    "5-hour limit reached ∙ resets 3pm",
    "You\u2019ve hit your session limit \u00b7 resets 3:45pm (Europe/Berlin)",
    "  \u23bf  You've hit your org's monthly spend limit",
    "Claude AI usage limit reached|1755806400",
    "Opus weekly limit reached \u2219 resets Oct 9 at 5pm",
    "You're out of extra usage · resets 3pm",
]


@pytest.mark.parametrize("text", LIMITS)
def test_limit_of_a_plan_is_explained(text: str) -> None:
    assert explain_text(text, load_surfaces())[0].page.slug == "subscription-limit"


@pytest.mark.parametrize("text", ["context limit reached", "size limit reached", "Rate limit reached for gpt-5"])
def test_another_limit_is_not_a_plans(text: str) -> None:
    assert "subscription-limit" not in [match.page.slug for match in explain_text(text, load_surfaces())]


PASTED = tomllib.loads((Path(__file__).parents[1] / "data" / "pasted.toml").read_text())
REPORTS = PASTED["report"]


@pytest.mark.parametrize("report", REPORTS, ids=[report["page"] for report in REPORTS])
def test_public_report_is_explained_by_its_page(report: dict[str, Any]) -> None:
    for text in report["texts"]:
        matches = [match.page.slug for match in explain_text(text, load_surfaces())]
        assert matches[:1] == [report["page"]], (text, matches)


@pytest.mark.parametrize("text", [text for group in PASTED["unknown"] for text in group["texts"]])
def test_public_report_that_says_too_little_has_no_page(text: str) -> None:
    matches = explain_text(text, load_surfaces())
    assert not matches or is_guess(text, matches)


NOT_OURS = [
    "Error: Command failed: /usr/local/bin/deploy",
    "The meeting room was not found.",
]


@pytest.mark.parametrize("text", NOT_OURS)
def test_text_of_other_programs_has_no_page(text: str) -> None:
    assert explain_text(text, load_surfaces()) == ()


def test_nothing_to_explain_says_how(program: Program) -> None:
    done = program.run("explain", "-", stdin=" \n")
    assert done.code == 2
    assert "2>&1 | ccsetup explain -" in done.err


def test_word_lists_the_pages_about_it(program: Program) -> None:
    shown = program.ok("explain", "sso").out.splitlines()
    assert shown[0].startswith("ERROR")
    assert shown[1].startswith("aws-sso-expired")
    assert program.ok("explain", "ExpiredTokenException").out.splitlines()[1].startswith("aws-")
    on_vertex = json.loads(program.ok("explain", "expired", "--surface", "vertex", "--json").out)["matches"]
    assert all("vertex" in pages.load_page(match["check"]).head.surfaces for match in on_vertex)


def test_unknown_word_suggests_a_page(program: Program) -> None:
    done = program.run("explain", "setings-overide")
    assert (done.code, done.out) == (1, "")
    assert "did you mean settings-override" in done.err


def test_unknown_surface_is_refused(program: Program) -> None:
    assert program.run("explain", "--surface", "azure", "x").code == 2


@pytest.mark.parametrize(
    "text",
    [
        "API Error: 403 " + '{"a":' * 20_000,
        '{"' * 30_000,
        "403 AccessDeniedException: " + "not authorized to perform: " * 20_000,
        "\x1b]" * 30_000 + "\nError: " + "x" * 100_000,
        "\n".join(f"ERROR {number}: 403 forbidden" for number in range(20_000)),
    ],
    ids=("nested", "quotes", "denials", "escapes", "lines"),
)
def test_hostile_text_ends_soon(program: Program, text: str) -> None:
    assert program.run("explain", "-", stdin=text).code in (0, 1)


def test_what_a_provider_said_stays_text(program: Program) -> None:
    text = "403 PERMISSION_DENIED: Permission 'aiplatform.endpoints.predict' denied on resource '//x/![a](http://e.example)\x1b[31m'"
    done = program.ok("explain", "-", stdin=text)
    assert "![a](" not in done.out
    assert "\x1b" not in done.out
    key = "sk-ant-api03-" + "A" * 90
    assert "AAAA" * 9 not in program.run("explain", "-", "--json", stdin=f"401 invalid x-api-key for {key}").out


@pytest.mark.parametrize("slug", examples(pages.slugs(), "aws-sso-expired"))
def test_page_on_a_terminal_shows_no_markdown(slug: str) -> None:
    from ccsetup.commands.explain_lines import markdown_lines

    text = pages.load_page(slug).filled_text({}, str)
    lines = [line for line in markdown_lines(text) if not line.paste]
    assert not [line.text for line in lines if line.text.startswith(("#", "```")) or "**" in line.text]
