"""Laws of the house: what may import what, where knowledge lives, and that pages and help say the truth."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from ccsetup import cli
from ccsetup.cli import COMMANDS
from ccsetup.doctor.probes import PROBES
from ccsetup.knowledge import pages, surfaces
from ccsetup.knowledge.pages import slugs
from ccsetup.providers import live, network, recognise
from ccsetup.providers.listing import LISTED
from ccsetup.wizard import verify

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ccsetup"

# A module imports only from rows above its own; a folder stands for all that is in it.
ROWS: tuple[tuple[str, ...], ...] = (
    ("redact", "bounds"),  # what a text loses before it leaves
    ("ccsetup", "content", "refusal", "secret", "process", "lab"),  # nothing of ours beneath; lab knows no machine
    (
        "strict",
        "page",
        "catalogue",
        "denial",
        "files",
        "jsontext",
        "world",
        "shells",
        "recorder",
        "own_command",
        "progress",
    ),  # one thing each
    (
        "surface",
        "precedence",
        "deciding",
        "recognise",
        "compiled",
        "keyboard",
        "hosts",
        "value_secrets",
    ),  # what we know: surfaces, order, providers' words
    ("profile", "vault", "trust", "pending", "receipts", "removed", "watch", "policy"),
    (
        "environ",
        "clouds",
        "catalogues",
        "entries",
        "agents",
    ),  # what a profile gives a child, and what a provider answers to it
    ("outcome",),  # what a profile would do here, and may
    ("settings", "store", "installed", "places", "quota"),  # the machine: Claude Code's files, ours, the client
    ("overrides",),  # what those files decide against a profile
    ("effective", "detect"),  # what is in force here
    ("rivals", "helper", "values"),  # what would beat a profile
    ("leftovers", "client"),  # all that stands in its way, and a start past it
    ("probes", "status", "applying"),  # what looks, and yields
    ("report", "desk", "doctor", "verify", "answers", "trace"),  # what runs them; the edge that prints
    ("results", "drafts", "drift", "schedule"),  # what comes of it
    ("adopt", "wizard"),  # the conversation
    ("commands",),
    ("cli",),
    ("__main__",),
)


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_content" not in path.parts)


def place(module: str) -> int:
    """The row of `ccsetup.shells.posix` and the like."""
    words = module.split(".")
    name = words[1] if len(words) > 1 else "ccsetup"
    return next(row for row, names in enumerate(ROWS) if name in names)


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            known = {".".join(module(other).split(".")) for other in modules()}
            found |= {
                f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in known else node.module
                for alias in node.names
            }
    return {name for name in found if name.split(".")[0] == "ccsetup"}


def module(path: Path) -> str:
    words = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


@pytest.mark.parametrize("path", modules(), ids=module)
def test_a_module_imports_only_from_rows_above_it(path: Path) -> None:
    name = module(path)
    folder = name.split(".")[:2]
    for other in imports(path):
        if other.split(".")[:2] == folder and len(folder) > 1:
            continue  # neighbours in one folder
        assert place(other) < place(name) or name == "ccsetup", f"{name} imports {other}"


def test_knowledge_is_data() -> None:
    for folder, kind in (("profiles", ".toml"), ("checks", ".md")):
        assert {path.suffix for path in (ROOT / folder).iterdir()} == {kind}


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    long = {
        str(path): len(path.read_text().splitlines()) for path in [*modules(), *Path(__file__).parent.rglob("*.py")]
    }
    ours = {path: lines for path, lines in long.items() if "node_modules" not in path and ".venv" not in path}
    assert {path: lines for path, lines in ours.items() if lines > 300} == {}


def test_third_party_sdks_are_imported_inside_functions() -> None:
    slow = {"keyring", "boto3", "botocore", "google", "anthropic", "questionary"}
    for path in modules():
        for node in ast.parse(path.read_text()).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not slow & {name.split(".")[0] for name in names}, path


@pytest.mark.parametrize("slug", slugs())
def test_a_page_is_well_formed_and_explained(capsys: pytest.CaptureFixture[str], slug: str) -> None:
    found = pages.load(slug)
    assert found.remedy.commands
    assert found.remedy.text
    assert found.head.source
    assert cli.main(["explain", slug]) == 0
    assert found.shown_title in capsys.readouterr().out


@pytest.mark.parametrize("slug", slugs())
def test_every_fact_a_page_wants_is_given_by_someone(slug: str) -> None:
    """Each {fact} of a page is spelled as a fact in the code that emits the page."""
    found = pages.load(slug)
    wanted = set(re.findall(r"\{([a-z_]+)\}", " ".join((found.title, found.remedy.text, *found.remedy.commands))))
    emitters = [path.read_text() for path in modules() if f'"{slug}"' in path.read_text()]
    if found.head.match or slug == recognise.UNKNOWN:  # known by words: the look-up gives the facts
        emitters += [
            (PACKAGE / name).read_text()
            for name in ("providers/access.py", "providers/recognise.py", "providers/aws/denial.py")
        ]
        emitters += [
            f"{name}=" for match in found.head.match for name in re.findall(r"\?P<(\w+)>", match.pattern or "")
        ]
        emitters += [f"{name}=" for match in found.head.match for name in match.when]
    if any(f'"{slug}"' in path.read_text() for path in (PACKAGE / "probes").glob("*.py")):
        emitters.append((PACKAGE / "probes" / "case.py").read_text())  # what every case gives
    assert emitters, f"nothing emits {slug}"
    given = set(re.findall(r'\b([a-z_]+)=|"([a-z_]+)":|\?P<([a-z_]+)>', "\n".join(emitters)))
    assert wanted <= {name for pair in given for name in pair}


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_help_with_an_example_and_is_in_the_readme(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert cli.main([name, "--help"]) == 0
    usage, _, rest = capsys.readouterr().out.partition("\n")
    assert usage.startswith("Usage:")
    assert f"ccsetup {name}" in rest
    assert f"ccsetup {name}" in (ROOT / "README.md").read_text()


def test_every_surface_that_the_code_names_is_one() -> None:
    named = {name for probe in PROBES for name in probe.surfaces} | {*LISTED, *live.TRIED, *verify.CLOUDS}
    named |= {name for names in network.CA_FILES.values() for name in names}
    named |= {name for slug in slugs() for name in pages.load(slug).head.surfaces}
    assert named <= {*surfaces.load().surfaces}


def test_the_version_is_said_once() -> None:
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"]
