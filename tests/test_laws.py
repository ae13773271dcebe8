"""Laws of the architecture: what may import what, one name for one thing, and that pages and help tell the truth."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from ccsetup import cli
from ccsetup.commands.registry import COMMANDS
from ccsetup.knowledge import pages, surfaces
from ccsetup.knowledge.pages import slugs
from ccsetup.profile import compiled
from tests.support.selection import SLOW

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ccsetup"

# A room is a folder or a file at the root of the package. A file imports from its own room and from earlier rows.
ROWS: tuple[tuple[str, ...], ...] = (
    ("ccsetup", "system", "lab"),  # "ccsetup" is the package itself: its version
    ("knowledge", "shells"),
    ("profile",),
    ("providers",),
    ("claude_code",),
    ("usage",),
    ("workspace", "trace"),
    ("drift",),
    ("doctor",),
    ("advice",),
    ("report", "wizard"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
LONGEST = 300  # lines of a file
SAME_FUNCTION_NAME = 4  # files
SURFACE_NAMES = 40  # string constants; an AWS service and a listing are called "bedrock", too
SURFACE_NAMES_OF_PROVIDERS = 40


@cache
def tree() -> Mapping[str, tuple[Path, ast.Module]]:
    """Every module of the package, parsed once: {dotted name: (path, syntax tree)}."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_content" not in path.parts:
            words = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(words[:-1] if words[-1] == "__init__" else words)] = (path, ast.parse(path.read_text()))
    return found


@cache
def imports(name: str) -> frozenset[str]:
    """The modules of the package that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree()[name][1]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            found |= {
                full if (full := f"{node.module}.{alias.name}") in tree() else str(node.module) for alias in node.names
            }
    return frozenset(found & tree().keys() - {name})


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else name


def row(name: str) -> int:
    return next(number for number, rooms in enumerate(ROWS) if room(name) in rooms)


def circles() -> list[list[str]]:
    """The sets of modules that import each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(imports(name)):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for name in tree():
        if name not in index:
            visit(name)
    return found


def definitions(kind: type[ast.FunctionDef] | type[ast.ClassDef]) -> Mapping[str, list[str]]:
    """The names that stand at the top of modules, the lab aside: {name: modules}."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, (_, module) in tree().items():
        if room(name) != "lab":
            for node in module.body:
                if isinstance(node, kind):
                    found[node.name].append(name)
    return found


def test_module_imports_only_its_own_room_and_earlier_rows() -> None:
    wrong = [
        f"{name} imports {other}"
        for name in tree()
        for other in imports(name)
        if room(other) != room(name) and row(other) >= row(name)
    ]
    assert wrong == []


def test_no_modules_import_each_other() -> None:
    assert circles() == []


def test_package_holds_a_docstring_alone() -> None:
    for name, (path, module) in tree().items():
        if path.name == "__init__.py":
            rest = [node for node in module.body[1:] if name != "ccsetup" or not isinstance(node, ast.Assign)]
            assert ast.get_docstring(module), path
            assert rest == [], path


def test_public_function_name_is_in_at_most_four_files() -> None:
    public = {name: files for name, files in definitions(ast.FunctionDef).items() if not name.startswith("_")}
    assert {name: files for name, files in public.items() if len(files) > SAME_FUNCTION_NAME} == {}


def test_class_name_is_in_one_file() -> None:
    assert {name: files for name, files in definitions(ast.ClassDef).items() if len(files) > 1} == {}


def test_every_file_that_makes_a_compiled_environment_exists() -> None:
    """A renamed one would only be slow: without its stamp no compiled environment is used."""
    assert [name for name in compiled.MAKERS if not (PACKAGE / f"{name}.py").is_file()] == []
    assert [name for name in compiled.TABLES if not (ROOT / "profiles" / name).is_file()] == []


def test_knowledge_is_data() -> None:
    for folder, kind in (("profiles", ".toml"), ("checks", ".md")):
        assert {path.suffix for path in (ROOT / folder).iterdir()} == {kind}


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    files = [path for path, _ in tree().values()]
    files += [path for path in (ROOT / "tests").rglob("*.py") if not {"node_modules", ".venv"} & {*path.parts}]
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {path: count for path, count in lines.items() if count > LONGEST} == {}


def test_third_party_sdks_are_imported_inside_functions() -> None:
    slow = {"keyring", "boto3", "botocore", "google", "anthropic", "questionary"}
    for path, module in tree().values():
        for node in module.body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not slow & {name.split(".")[0] for name in names}, path


def test_documents_are_decoded_in_one_file() -> None:
    """Elsewhere two threads could decode one type for the first time together, which crashes."""
    decodes = re.compile(r"msgspec\.((json|toml|msgpack|yaml)\.(decode|Decoder)|convert)\b")
    found = {name for name, (path, _) in tree().items() if room(name) != "lab" and decodes.search(path.read_text())}
    assert found == {"ccsetup.system.decoding"}


def test_programs_are_found_and_started_in_one_file() -> None:
    """Elsewhere one could be found in the current folder, get a secret, or live on when ccsetup ends."""
    starts = re.compile(
        r"shutil\.which|from shutil import|import subprocess|subprocess\.\w|os\.(spawn|posix_spawn|system|popen)"
        r"|os\.startfile|\bpty\.|create_subprocess|multiprocessing"
    )
    assert {name for name, (path, _) in tree().items() if starts.search(path.read_text())} == {"ccsetup.system.process"}
    copied = re.compile(r"os\.fork")  # no program is started
    assert {name for name, (path, _) in tree().items() if copied.search(path.read_text())} == {"ccsetup.system.copies"}
    replaced = re.compile(r"os\.exec\w+\(")  # by what `process.find` found
    assert {name for name, (path, _) in tree().items() if replaced.search(path.read_text())} == {"ccsetup.commands.run"}


@pytest.mark.parametrize("slug", slugs())
def test_a_page_is_well_formed_and_explained(capsys: pytest.CaptureFixture[str], slug: str) -> None:
    found = pages.load_page(slug)
    assert found.remedy.commands
    assert found.remedy.text
    assert found.head.source.startswith(("https://", "docs/"))
    assert (ROOT / found.head.source.partition("#")[0]).exists() or found.head.source.startswith("https://")
    assert cli.main(["explain", slug]) == 0
    assert found.shown_title in capsys.readouterr().out


def test_every_page_is_known_by_words_or_named_by_the_code() -> None:
    literals = {
        node.value
        for _, module in tree().values()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    asks = [ask for surface in surfaces.load_surfaces().surfaces.values() for ask in surface.ask]
    literals |= {slug for ask in asks for slug in (ask.missing, ask.malformed)}
    assert [slug for slug in slugs() if not pages.load_page(slug).head.match and slug not in literals] == []


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_help_of_every_command_has_an_example(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert cli.main([name, "--help"]) == 0
    usage, _, rest = capsys.readouterr().out.partition("\n")
    assert usage.startswith("Usage:")
    assert re.search(rf"^ +(.*[ (])?ccsetup {name}\b", rest, re.MULTILINE)


def test_every_surface_that_a_page_or_another_surface_names_is_one() -> None:
    known = surfaces.load_surfaces().surfaces
    named = {name for slug in slugs() for name in pages.load_page(slug).head.surfaces}
    assert named | {surface.faults for surface in known.values() if surface.faults} <= {*known}


def test_what_a_surface_is_like_is_data() -> None:
    """Comparisons with a surface's name, and hand-kept lists of them, belong into `profiles/`."""
    names = {*surfaces.load_surfaces().surfaces}
    found: dict[str, int] = defaultdict(int)
    for name, (_, module) in tree().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names:
                found[room(name)] += 1
    outside = {room_: count for room_, count in found.items() if room_ not in ("knowledge", "providers", "lab")}
    assert sum(outside.values()) <= SURFACE_NAMES, outside
    assert found["providers"] <= SURFACE_NAMES_OF_PROVIDERS


def test_the_version_is_reported_once() -> None:
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"]


def test_slow_tests_exist() -> None:
    for name in SLOW.read_text(encoding="utf-8").split():
        file, _, function = name.partition("::")
        assert f"def {function}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), name
