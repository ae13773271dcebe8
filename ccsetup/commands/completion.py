"""`ccsetup completion`: the completion script of a shell."""

from typing import Annotated

import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined]

from ccsetup.commands.arguments import Context
from ccsetup.system import console
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import choices

EXAMPLE = """Print the shell completion script for `ccsetup`.

  eval "$(ccsetup completion bash)"     # ~/.bashrc
  eval "$(ccsetup completion zsh)"      # ~/.zshrc
  ccsetup completion fish | source      # ~/.config/fish/config.fish
"""

# In a start-up file without zsh's own completion, typer's script only says "command not found: compdef".
_ZSH = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }\n"
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def completion(
    context: Context, shell: Annotated[str, typer.Argument(metavar="|".join(SHELLS), help="The shell.")]
) -> None:
    del context
    if shell not in SHELLS:
        raise UserError(f"no completion for {shell!r}", choices(shell, SHELLS))
    console.answer_program(script(shell))


def script(shell: str) -> str:
    """The completion script of a shell."""
    start = _ZSH if shell == "zsh" else ""
    return start + str(get_completion_script(prog_name="ccsetup", complete_var="_CCSETUP_COMPLETE", shell=shell)) + "\n"
