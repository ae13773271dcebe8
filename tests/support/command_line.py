"""What the command line takes: its commands and their options, read once."""

from functools import cache
from typing import Any

import typer
from typer.core import TyperGroup

from ccsetup import cli


@cache
def commands() -> dict[str, Any]:
    """{name: the command as typer has it}."""
    line = typer.main.get_command(cli.app())
    assert isinstance(line, TyperGroup)
    return dict(line.commands)


@cache
def known_options(name: str) -> frozenset[str]:
    """All spellings of the options of a command."""
    return frozenset(
        option for one in commands()[name].params for option in (*one.opts, *getattr(one, "secondary_opts", ()))
    )
