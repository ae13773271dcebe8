"""Laws of what leaves: text reaches a person by the console alone, and raw characters reach programs alone."""

import ast
import re

from tests.test_laws import room, tree

EXITS = re.compile(
    r"\bprint\(|\bsys\.std(?:out|err)\.(?:write|buffer)|\bos\.write\(|\bs?echo\(|\bConsole\(|\bgetpass\.getpass\("
)
CONSOLE = "system.console"
WAYS_OUT = {  # each makes visible what is not its own
    CONSOLE,
    "system.progress",
    "system.prompt",
    "system.copies",  # pipes between its own processes
    "__main__",
    "commands.demo",  # the shell it shows has its output
}
FOR_PROGRAMS = {
    "commands.env",
    "commands.key",
    "commands.share",  # export
    "commands.hook",
    "commands.statusline",
    "commands.completion",
    "commands.demo",  # --serve: what a shell evaluates
    "cli",  # what a shell completes
}
DOCUMENTS = {  # formats whose renderers spell values themselves; everything else is lines
    "commands.apply.undo",  # differences of settings files
    "commands.apply.write",
    "commands.doctor",  # JUnit, Markdown
    "commands.statusline",  # differences of settings files
    "commands.explain",  # our own pages
    "commands.importing",  # differences of profiles
    "commands.init.init",  # a profile's TOML
    "wizard.finish",
    "commands.policy",  # Terraform, gcloud
    "commands.scope",  # Markdown
    "commands.schedule.schedule",  # YAML, units, scripts
}


def callers(pattern: re.Pattern[str]) -> set[str]:
    """The modules with such a call, the lab and definitions aside."""
    found = set()
    for name, (path, _) in tree().items():
        text = re.sub(r"^ *def .*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if room(name) != "lab" and pattern.search(text):
            found.add(name.removeprefix("ccsetup."))
    return found


def test_text_leaves_by_the_console_alone() -> None:
    assert callers(EXITS) == WAYS_OUT


def test_raw_characters_are_for_programs() -> None:
    assert callers(re.compile(r"\b(answer_program|answer_with_secrets|workflow_commands)\(")) == {
        CONSOLE,
        *FOR_PROGRAMS,
    }
    assert callers(re.compile(r"\banswer_document\(")) == DOCUMENTS


def test_questions_of_the_wizard_are_made_visible() -> None:
    """What is handed to questionary: our own words, or what `_safe` and `_row` made of them."""
    _, module = tree()["ccsetup.wizard.terminal"]
    calls = [one for one in ast.walk(module) if isinstance(one, ast.Call) and "questionary." in ast.unparse(one.func)]
    given = {ast.unparse(call.args[0]) for call in calls if call.args}
    assert given == {"console.for_messages(_BACK)", "self._row(choice, width)", "self._safe(text)", "shown", "asked"}
