"""Build the documentation site: `python docs/build.py OUT`.

Copies `docs/*.md`, adds the reference of commands (from their help), of settings (from `profiles/`), of errors (from
`checks/`) and of JSON (from `tests/golden/json`), and runs the site generator on the result. Every link is checked: a
broken one fails the build.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ccsetup.commands.registry import COMMANDS
from ccsetup.knowledge import pages
from ccsetup.knowledge.surfaces import Ask, load_surfaces

HERE = Path(__file__).parent
COLUMNS = "80"
SHAPES = HERE.parent / "tests" / "golden" / "json"
_SHIM = "https://unpkg.com/iframe-worker/shim"
_EXPLAIN = re.compile(r"`ccsetup explain ([a-z]+(?:-[a-z0-9]+)+)`")
_FAMILIES = {
    "api": "Anthropic API",
    "aws": "AWS identity",
    "bedrock": "Bedrock",
    "gcp": "Google identity",
    "vertex": "Vertex AI",
    "gateway": "Gateways",
    "foundry": "Microsoft Foundry",
    "platform": "Claude Platform",
}
_FLAG = re.compile(r"<code>(?=[^<\s]{1,30}</code>)")
_SEVERITIES = {"error": "Error", "warning": "Warning", "info": "Information"}


def help_of(*words: str) -> str:
    """The help of a command, as a terminal of 80 columns shows it."""
    environment = {**os.environ, "COLUMNS": COLUMNS, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    command = (sys.executable, "-P", "-m", "ccsetup", *words, "--help")
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=environment)
    return done.stdout.rstrip()


def all_helps() -> dict[str, str]:
    """The help of "--help" itself, then of each command."""
    return {"--help": help_of(), **{command.name: help_of(command.name) for command in COMMANDS}}


def commands_page(helps: dict[str, str]) -> str:
    parts = ["# Commands", "Generated from `ccsetup COMMAND --help`.", f"```text\n{helps['--help']}\n```"]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        parts.append(f"## {group}")
        for command in COMMANDS:
            if command.group == group:
                parts.append(f"### {command.name}\n\n```text\n{helps[command.name]}\n```")
    return "\n\n".join(parts) + "\n"


def json_page() -> str:
    """The keys of each JSON document, from the shapes that a test compares with real output."""
    parts = [
        "# JSON",
        'Generated from real output against the simulated providers. Every document has `"schema": 1`, and keys may be '
        "added. `[]` stands for each element of an array. A key that is only `null` here has a value in other set-ups. "
        "Times are ISO 8601; amounts of money are strings. No document holds a secret.",
        "With `--json`, a command that ends with an error prints the document [error](#error) instead. `report` holds "
        "the documents of the other commands, below the keys of their names.",
    ]
    for path in sorted(SHAPES.glob("*.txt"), key=lambda path: path.stem):
        rows = [line.split(": ") for line in path.read_text(encoding="utf-8").splitlines()]
        head = f"## {path.stem.replace('-', ' --', 1)}\n\n| key | type |\n|---|---|\n"
        parts.append(head + "\n".join(f"| `{key}` | {types} |" for key, types in rows))
    return "\n\n".join(parts) + "\n"


def settings_tables() -> str:
    """A table of settings for each surface."""
    parts = []
    for name, surface in load_surfaces().surfaces.items():
        rows = [f"| `{ask.name}` | {_cell(ask.text)} | {_notes(ask)} |" for ask in surface.ask]
        head = f"### {name}\n\n{surface.title}. {surface.bills}.\n\n| setting | meaning | notes |\n|---|---|---|\n"
        parts.append(head + "\n".join(rows))
    return "\n\n".join(parts)


def _notes(ask: Ask) -> str:
    notes = (
        "required" * ask.required,
        "secret" * ask.secret,
        "path" * ask.path,
        "one of " * bool(ask.one_of) + ", ".join(f"`{choice}`" for choice in ask.one_of),
    )
    return "; ".join(note for note in notes if note)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def error_page(slug: str) -> str:
    """A page of `checks/`, with links in place of `ccsetup explain …`."""
    page = pages.load_page(slug)
    surfaces = ", ".join(f"`{name}`" for name in page.head.surfaces)
    about = f"`{slug}` · {_SEVERITIES[page.head.severity]} · {surfaces}"
    source = f"[Source]({page.head.source}), read on {page.head.seen}."
    if page.head.source.startswith("docs/"):
        source = f"See also: [{page.head.source}](../{page.head.source.removeprefix('docs/')})."
    linked = _EXPLAIN.sub(lambda found: f"[{found[1]}]({found[1]}.md)", _tagged(page.shown_body))
    return f"# {_tagged(page.shown_title)}\n\n{about}\n\n{linked}\n\n{source}\n"


def _tagged(text: str) -> str:
    """Keep `<fact>` visible outside code: Markdown would read it as HTML."""
    fenced = re.split(r"(^```.*?^```$|`[^`\n]+`)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if number % 2 else part.replace("<", "&lt;") for number, part in enumerate(fenced))


def errors_index() -> str:
    groups: dict[str, list[str]] = {}
    for slug in pages.slugs():
        groups.setdefault(slug.partition("-")[0], []).append(slug)
    named = {title: groups[key] for key, title in _FAMILIES.items() if key in groups}
    rest = sorted(slug for key, slugs in groups.items() if key not in _FAMILIES for slug in slugs)
    parts = ["# Errors", f"The {len(pages.slugs())} errors that `ccsetup doctor` finds and `ccsetup explain` explains."]
    for title, slugs in {**named, "Claude Code and this machine": rest}.items():
        rows = [f"| [{slug}]({slug}.md) | {_cell(pages.load_page(slug).shown_title)} |" for slug in slugs]
        parts.append(f"## {title}\n\n| error | what is wrong |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def write_sources(out: Path) -> None:
    """Write the Markdown of the whole site into `out`."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "reference").mkdir(parents=True)
    (out / "errors").mkdir()
    for path in (path for path in HERE.iterdir() if path.suffix in (".md", ".svg", ".css", ".js")):
        text = path.read_text(encoding="utf-8").replace("<!-- generated: settings -->", settings_tables())
        (out / path.name).write_text(text, encoding="utf-8")
    helps = all_helps()
    (out / "reference" / "commands.md").write_text(commands_page(helps), encoding="utf-8")
    (out / "reference" / "json.md").write_text(json_page(), encoding="utf-8")
    (out / "errors" / "index.md").write_text(errors_index(), encoding="utf-8")
    for slug in pages.slugs():
        (out / "errors" / f"{slug}.md").write_text(error_page(slug), encoding="utf-8")


def main(out: Path) -> int:
    sources = out / "docs"
    write_sources(sources)
    shutil.copy(HERE / "mkdocs.yml", out / "mkdocs.yml")
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run((zensical, "build", "--strict", "--clean", "-f", out / "mkdocs.yml"), check=False)
    for path in (out / "site").rglob("*.html"):
        up = "../" * (len(path.relative_to(out / "site").parts) - 1)
        path.write_text(finished(path.read_text(encoding="utf-8"), up), encoding="utf-8")
    return done.returncode


def finished(html: str, up: str) -> str:
    """A page as it is published: nothing is loaded from elsewhere, and a flag is never broken after its hyphens.

    `up` is the way from the page's folder to the site's root.
    """
    return _FLAG.sub(r'<code class="flag">', html.replace(_SHIM, f"{up}iframe-worker.js"))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
