"""The Person at a real terminal, asked with questionary. Questions go to stderr, since stdout is for results."""

import signal
import sys
from collections.abc import Sequence
from typing import Any

from ccsetup.system import cleanup, console
from ccsetup.system.display import is_safe, visible
from ccsetup.system.secret import Secret
from ccsetup.wizard.prompts import Back, Choice, T

_BACK = "← back"
_TYPED_BACK = "<"
_POINTER = 3  # columns of the pointer
_FEW = 6  # choices; more can be filtered
_LABEL = 48  # columns; a longer label moves only its own note
_NOTE = 8  # columns; a note is not cut to fewer


class Terminal:
    """A Person. Each answered question stays on the screen as one line."""

    def choose(self, text: str, choices: Sequence[Choice[T]], default: T, *, back: bool) -> T:
        import questionary

        limit = min(_LABEL, self._columns() // 2 + _POINTER)
        width = max((len(choice.label) for choice in choices if len(choice.label) <= limit), default=0)
        rows = [
            questionary.Choice(self._row(choice, width), value=number, disabled=self._safe(choice.closed) or None)
            for number, choice in enumerate(choices)
        ]
        if back:
            rows.append(questionary.Choice(console.for_messages(_BACK), value=-1))
        open_ = [number for number, choice in enumerate(choices) if not choice.closed]
        first = next((number for number in open_ if choices[number].value == default), open_[0] if open_ else -1)
        many = len(choices) > _FEW
        question = questionary.select(
            self._safe(text),
            rows,
            default=rows[first],
            instruction=self._instruction(text, many, back),
            pointer=console.for_messages("»"),
            use_jk_keys=False,
            use_search_filter=many,
            **self._settings(),
        )
        if many:
            from ccsetup.wizard.filtering import filter_as_typed

            filter_as_typed(question.application)
        self._bind(question.application.key_bindings, back)
        picked: int = _run(question.application)
        if picked == -1:
            raise Back
        self.tell(f"? {text}  {choices[picked].label.strip()}")
        return choices[picked].value

    def type(self, text: str, default: str, known: Sequence[str], *, back: bool) -> str:
        import questionary
        from prompt_toolkit.completion import WordCompleter

        settings = self._settings() | self._keys(back)
        if known := [one for one in known if is_safe(one)]:  # an offered word goes into the line as it is
            settings["completer"] = WordCompleter(known, ignore_case=True, match_middle=True, sentence=True)
            settings["complete_while_typing"] = True
        shown = self._safe(f"{text} [{default}]" if default else text)
        typed = (
            self._line(questionary.text(shown, instruction=self._hint(back, bool(known)), **settings), back) or default
        )
        self.tell(f"? {text}  {typed}")
        return typed

    def hide(self, text: str, *, back: bool) -> Secret:
        import questionary

        asked = f"{self._safe(text)} (hidden) {self._hint(back, False) or ''}".rstrip()
        secret = Secret(self._line(questionary.password(asked, **self._settings(), **self._keys(back)), back))
        self.tell(f"? {text}  {secret}")
        return secret

    def tell(self, text: str) -> None:
        console.say(console.redact(text, ""))

    def _line(self, question: Any, back: bool) -> str:  # noqa: ANN401 - imported inside functions
        typed = str(_run(question.application)).strip()
        if back and typed == _TYPED_BACK:
            raise Back
        return typed

    def _keys(self, back: bool) -> dict[str, Any]:
        from prompt_toolkit.key_binding import KeyBindings

        bindings = KeyBindings()
        self._bind(bindings, back)
        return {"key_bindings": bindings}

    def _bind(self, bindings: Any, back: bool) -> None:  # noqa: ANN401 - imported inside functions
        """Let Esc leave the question for the one before it, and Ctrl-Z suspend the wizard until `fg`."""

        def leave(event: Any) -> None:  # noqa: ANN401
            event.app.exit(exception=Back(), style="class:aborting")

        def suspend(event: Any) -> None:  # noqa: ANN401
            event.app.suspend_to_background()

        if back:
            bindings.add("escape", eager=True)(leave)
        if hasattr(signal, "SIGTSTP"):  # not on Windows
            bindings.add("c-z", eager=True)(suspend)

    def _instruction(self, text: str, many: bool, back: bool) -> str:
        """The keys, as many as fit into the question's line."""
        keys = [console.for_messages("↑ ↓ Enter"), *["type to filter"] * many, *["Esc goes back"] * back]
        while len(keys) > 1 and len(f"? {text} ({', '.join(keys)}) ") > self._columns():
            del keys[1]
        return f"({', '.join(keys)})"

    def _hint(self, back: bool, known: bool) -> str | None:
        hints = ["Tab lists them"] * known + ["Esc goes back"] * back
        return f"({', '.join(hints)})" if hints else None

    def _row(self, choice: Choice[T], width: int) -> str:
        columns = self._columns() - _POINTER - 1
        room = columns - len(f"-  ({choice.closed})") if choice.closed else columns
        label, row = self._safe(choice.label), self._safe(f"{choice.label.ljust(width)}  {choice.note}".rstrip())
        if len(row) > room >= len(label) and room - max(width, len(label)) - 2 < _NOTE:
            row = label  # what is left of its note would say nothing
        cut = console.for_messages("…")
        return console.for_messages(row if len(row) <= room else f"{row[: max(room - len(cut), 1)]}{cut}")

    def _columns(self) -> int:
        import shutil

        return shutil.get_terminal_size().columns

    def _safe(self, text: str) -> str:
        return visible(console.redact(text, ""))

    def _settings(self) -> dict[str, Any]:
        from prompt_toolkit.output import create_output

        return {"output": create_output(stdout=sys.stderr), "erase_when_done": True}


def _run(application: Any) -> Any:  # noqa: ANN401 - imported inside functions
    """Return a question's answer. A signal ends the question as Ctrl-C does: the terminal is put back first."""
    came: list[BaseException] = []

    def leave() -> None:
        if application.is_running and not application.is_done:
            application.exit(exception=came[0])

    def deliver(error: BaseException) -> bool:
        if application.loop is None:
            return False
        came.append(error)
        application.loop.call_soon_threadsafe(leave)
        return True

    with cleanup.signals_delivered_to(deliver):
        answer = application.run(handle_sigint=False)
    if came:
        raise came[0]
    return answer
