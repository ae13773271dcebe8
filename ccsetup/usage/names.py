"""The ledger's names, each kept once."""

from collections.abc import Callable

_LONGEST = 400  # characters; no model, tool, project or agent has more


class Names:
    """Numbers for names, and back. The empty name is 0."""

    def __init__(self, strings: list[str]) -> None:
        self.strings = strings
        self._numbers = {name: number for number, name in enumerate(strings)}
        self.find: Callable[[str], int | None] = self._numbers.get

    def number(self, name: str | None) -> int:
        if not name:
            return 0
        number = self.find(name[:_LONGEST])
        if number is None:
            name = name[:_LONGEST]
            number = self._numbers[name] = len(self.strings)
            self.strings.append(name)
        return number
