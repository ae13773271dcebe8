"""The filter of a long list of choices: what is typed narrows it, and only a choice that matches can be taken.

questionary's own filter shows every choice when none matches, lets Enter take the first one or a disabled one, and
looks for the next open choice among those that are hidden, without end if there is none.
"""

from typing import Any


def filter_as_typed(application: Any) -> None:  # noqa: ANN401 - imported inside functions
    """Give the list of a `questionary.select` this filter, and an Enter that takes nothing else."""
    from questionary.prompts.common import InquirerControl

    control: Any = next(one for one in application.layout.find_all_controls() if isinstance(one, InquirerControl))
    control.__class__ = _filtered()

    def take(event: Any) -> None:  # noqa: ANN401
        if control.may_be_taken:
            control.is_answered = True
            event.app.exit(result=control.get_pointed_at().value)

    application.key_bindings.add("enter", eager=True)(take)


def _filtered() -> type:
    """Return questionary's list of choices with its filter replaced."""
    from questionary import Choice
    from questionary.prompts.common import InquirerControl

    class FilteredControl(InquirerControl):
        @property
        def filtered_choices(self) -> list[Choice]:
            typed = (self.search_filter or "").lower()
            matches = [choice for choice in self.choices if typed in str(choice.title).lower()]
            self.found_in_search = bool(matches)
            return matches or [Choice(f"no match for {typed!r}", value=None, disabled="Backspace deletes")]

        @property
        def may_be_taken(self) -> bool:
            return not self.get_pointed_at().disabled

        def is_selection_valid(self) -> bool:
            return True  # the moves below stop only where they may

        def select_next(self) -> None:
            self._move(1)

        def select_previous(self) -> None:
            self._move(-1)

        def add_search_character(self, char: Any) -> None:  # noqa: ANN401 - prompt_toolkit's key
            super().add_search_character(char)
            if not self.may_be_taken:
                self._move(1)

        def _move(self, step: int) -> None:
            """Point to the next choice that may be taken; stay if there is none."""
            shown = self.filtered_choices
            ahead = [(self.pointed_at + step * distance) % len(shown) for distance in range(1, len(shown) + 1)]
            self.pointed_at = next((number for number in ahead if not shown[number].disabled), self.pointed_at)

    return FilteredControl
