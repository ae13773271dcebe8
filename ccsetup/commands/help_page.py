"""The help of a command: paragraphs wrapped to the terminal, examples never reflowed."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from typer.core import TyperCommand

from ccsetup.system import console

Parsing: TypeAlias = Any  # typer keeps the types of its contexts and parameters to itself
_WIDEST = 100  # columns
_LABEL = 22  # columns; the description of a longer option goes on the next line


class HelpedCommand(TyperCommand):
    """A command whose help is laid out here. `text` holds paragraphs, then indented examples with `# comments`; the
    command's module may add sections with `more_help`."""

    text = ""

    def get_help(self, ctx: Parsing) -> str:
        width = page_width()
        lines = [f"Usage: {usage(ctx)}", ""]
        lines += description(self.text, width)
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        params: list[Parsing] = self.get_params(ctx)
        for param in params:
            if not param.hidden:
                kind = "Options" if param.param_type_name == "option" else "Arguments"
                sections[kind].append((_label(param, ctx), _meaning(param, ctx)))
        for title, rows in sections.items():
            lines += section(title, rows, width)
        for title, rows in self._more():
            lines += section(title, rows, width)
        return console.encodable("\n".join(lines))

    def _more(self) -> Iterable[tuple[str, list[tuple[str, str]]]]:
        more = getattr(sys.modules.get(getattr(self.callback, "__module__", "")), "more_help", None)
        return more() if more else ()


def helped(text: str) -> type[HelpedCommand]:
    """The class of a command with this help text; typer would take the indentation off."""
    return type("HelpedCommand", (HelpedCommand,), {"text": text})


def page_width() -> int:
    return max(40, min(shutil.get_terminal_size().columns, _WIDEST))


def usage(ctx: Parsing) -> str:
    """The command line in short: `ccsetup env [OPTIONS] [NAME]`."""
    words = [ctx.command_path, "[OPTIONS]"]
    for param in ctx.command.get_params(ctx):
        if param.param_type_name == "argument":
            name = param.metavar or param.name.upper()
            words.append(name if param.required or name.startswith("[") else f"[{name}]")
    return " ".join(words)


def description(text: str, width: int) -> Iterator[str]:
    """Lay out a help text: its paragraphs, then its examples under their own heading."""
    examples = [line for line in text.split("\n") if line.startswith("  ")]
    paragraphs = "\n".join(line for line in text.split("\n") if not line.startswith("  ")).split("\n\n")
    for paragraph in paragraphs:
        if words := " ".join(paragraph.split()):
            yield from textwrap.wrap(words, width, break_long_words=False, break_on_hyphens=False)
            yield ""
    if examples:
        yield console.bold("Examples:")
        yield from (line for example in examples for line in _example(example, width))
        yield ""


def _example(line: str, width: int) -> Iterator[str]:
    """The command on one line at any width; its comment goes above it if both do not fit."""
    command, mark, comment = line.rstrip().partition("  # ")
    if mark and len(line.rstrip()) > width:
        yield console.dim(f"  # {comment.strip()}")
        yield console.bold(command.rstrip())
    else:
        yield console.bold(command) + (console.dim(f"{mark}{comment}") if mark else "")


def section(title: str, rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    """A heading and two columns; the second one is wrapped."""
    if not rows:
        return
    yield console.bold(f"{title}:")
    column = min(_LABEL, max(len(label) for label, _ in rows)) + 4
    for label, text in rows:
        wrapped = textwrap.wrap(text, max(20, width - column), break_long_words=False, break_on_hyphens=False)
        if len(label) > column - 4 or not wrapped:
            yield f"  {label}"
        else:
            yield f"  {label.ljust(column - 2)}{wrapped.pop(0)}"
        yield from (" " * column + line for line in wrapped)
    yield ""


def _label(param: Parsing, ctx: Parsing) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper()).strip("[]")
    names = ", ".join(sorted(param.opts, key=len))
    if param.is_flag or param.count:
        return names
    return f"{names} {param.metavar or _value_name(param, ctx)}"


def _value_name(param: Parsing, ctx: Parsing) -> str:
    if param.type_descriptor.is_choice:
        return str(param.display_type(ctx)).strip("<>")
    return str(param.name.strip("_").replace("_", "-")).upper()


def _meaning(param: Parsing, ctx: Parsing) -> str:
    text, notes = param.help or "", []
    if param.param_type_name == "option" and not param.is_flag:
        default = param.get_default(ctx, call=False)
        if isinstance(param.show_default, str):
            notes.append(f"default: {param.show_default}")
        elif param.show_default and default not in (None, "", [], ()):
            notes.append(f"default: {default:g}" if isinstance(default, float) else f"default: {default}")
    if param.envvar:
        notes.append(f"env: {param.envvar}")
    return f"{text} [{'; '.join(notes)}]" if notes else text
