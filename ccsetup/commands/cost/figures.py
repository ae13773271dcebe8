"""What was used here, printed: the core of `ccsetup cost`, without the parser, whose import is slow."""

from dataclasses import dataclass, replace
from pathlib import Path

from ccsetup.advice import payers as profiles
from ccsetup.advice.quotes import Quotes
from ccsetup.advice.since import moves_within_a_day, parse_since
from ccsetup.advice.work import read_usage
from ccsetup.commands.cost import show
from ccsetup.commands.cost.keeping import Keeping
from ccsetup.report.files import check_page
from ccsetup.system import console, files
from ccsetup.system.errors import UNAVAILABLE, UserError
from ccsetup.usage import notes, shown_before
from ccsetup.usage.bills import Bills, Payer
from ccsetup.usage.collect import Collected
from ccsetup.usage.document import Setting, document, until
from ccsetup.usage.evidence import load
from ccsetup.usage.ledger import Ledger
from ccsetup.usage.prefixes import measure_prefixes, no_prefix
from ccsetup.usage.summary import summarize
from ccsetup.usage.work import measure
from ccsetup.workspace import Workspace

_kept: list[Ledger] = []  # until the process ends, which frees it sooner than the interpreter does


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be shown: the command line. An answer to the `words` of a simple one is kept."""

    given: tuple[str, ...] = ()
    since: str = "30d"
    by: str = "profile"
    parts: bool = False
    json: bool = False
    html: Path | None = None
    anonymous: bool = False
    words: tuple[str, ...] | None = None


def simple_question(words: list[str]) -> Question | None:
    """The question of the words after `cost` if they are the simplest: `--json`, `--since DAY`. None otherwise."""
    json, since, typed = False, "30d", tuple(words)
    words = words[::-1]
    while words:
        match words.pop():
            case "--json":
                json = True
            case "--since" if words and not words[-1].startswith("-"):
                since = words.pop()
            case _:
                return None
    return Question(since=since, json=json, words=None if moves_within_a_day(since) else typed)


def print_cost(workspace: Workspace, question: Question) -> None:
    """Read what is new, and print or write what the question asks for. Raises UserError if there is nothing to show."""
    html = question.html
    if html is not None:  # before the transcripts are read
        check_page(html := html.absolute())
    now = workspace.system.now()
    start = parse_since(question.since, now)
    chosen = {name for name in question.given if workspace.store.text(name)}
    keeping = Keeping(workspace, question.words) if question.json and question.words is not None else None
    payers = profiles.load_payers(workspace)
    if keeping:
        keeping.watch(profiles.configuration_folders(workspace, payers))
    ledger, found = read_usage(workspace, payers)
    _kept.append(ledger)
    unread = {"files": len(found.unread_files), "rows": found.unread_rows}
    pins = {payer.name: payer.pins for payer in payers}
    setting = Setting(now, question.by, question.anonymous, profiles.retention_days(workspace, payers), unread, pins)
    if question.parts:
        setting = replace(setting, prefix=measure_prefixes(profiles.configuration_folders(workspace, payers)))
    shown = _document(workspace, ledger, payers, start, chosen, setting)
    if html is not None and not ledger.is_empty:
        _write_page(html, shown)
    if question.json:
        text = console.answer_json(shown)
        if keeping and not ledger.is_empty:
            keeping.keep(text, until(setting), shown, ledger, found)
    elif html is None and not ledger.is_empty:
        show.report(shown, str(workspace.system.home), question.given)
    if ledger.is_empty:
        folders = ", ".join(str(folder) for folder in profiles.configuration_folders(workspace, payers))
        raise UserError(f"no transcripts of Claude Code in {folders}", "use Claude Code first", UNAVAILABLE)


def _write_page(path: Path, shown: dict[str, object]) -> None:
    from ccsetup.report import page  # templates and charts: 0.3 s
    from ccsetup.report.cost import cost_page

    files.write(path, page.render(cost_page(shown)))
    console.say(f"wrote {path}")


def _document(
    workspace: Workspace, ledger: Ledger, payers: tuple[Payer, ...], start: int, chosen: set[str], setting: Setting
) -> dict[str, object]:
    """What is shown: as it was made last, if nothing is another since."""
    path = workspace.system.cache / "cost.json"
    pins = {name: sorted(models) for name, models in setting.pins.items()}
    quotes = Quotes(workspace, payers)
    parts = setting.prefix is not no_prefix
    about = (parts, setting.by, setting.anonymous, setting.retention_days, dict(setting.unread), pins)
    whose = [_plain(payer) for payer in payers]
    key = shown_before.key(ledger.stamp, load().seen, whose, start, sorted(chosen), about, quotes.identity)
    if (known := shown_before.recall(path, key)) is not None:
        return {**known, "until": until(setting)}
    summary = summarize(ledger, measure(ledger), Bills(ledger, payers, notes.noted(ledger)), start, quotes)
    if chosen:
        summary.accounts = [account for account in summary.accounts if account.profile in chosen]
    made = document(summary, ledger.strings, setting)
    shown_before.keep(path, key, made)
    return made


def cost_document(
    workspace: Workspace, payers: tuple[Payer, ...], ledger: Ledger, found: Collected, since: str = "30d"
) -> dict[str, object]:
    """`cost --json` of all profiles, without the names of projects, of what `read_usage` has read."""
    now = workspace.system.now()
    unread = {"files": len(found.unread_files), "rows": found.unread_rows}
    pins = {payer.name: payer.pins for payer in payers}
    setting = Setting(now, "profile", True, profiles.retention_days(workspace, payers), unread, pins)
    return _document(workspace, ledger, payers, parse_since(since, now), set(), setting)


def _plain(payer: Payer) -> tuple[object, ...]:
    """A payer's fields, without its pins: sets have no order, and the pins are in the key separately."""
    return (payer.name, payer.surface, payer.place, payer.folder, payer.own)
