"""A setting of a surface, as `[[ask]]` in its file declares it."""

import re
from urllib.parse import urlsplit

import msgspec


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One setting of a surface. `like` must match the whole answer."""

    name: str
    text: str
    noun: str = ""  # what messages call it, if not the beginning of `text`
    example: str = ""
    adds: str = ""  # the path that the client appends to this URL, so that it must not end with it
    like: str | None = None
    one_of: tuple[str, ...] = ()
    path: bool = False  # a leading ~/ is the home folder
    secret: bool = False
    plain: bool = False  # a secret that may also be header lines, if all of them are harmless
    required: bool = False
    begins: str = ""  # the prefix of a secret of the right kind
    length: int = 0  # characters of the shortest secret of the right kind; 0: unknown
    missing: str = ""  # the page for a profile without it
    malformed: str = ""  # the page for a secret of another kind

    def refusal(self, answer: str) -> str:
        """Why a malformed answer is refused, without its pattern: people read examples."""
        if self.one_of:
            return f"{answer!r} must be one of {', '.join(self.one_of)}"
        example = f" (example: {self.example})" if self.example else ""
        noun = self.noun or re.split("[(,]", self.text)[0].strip()
        return f"{answer!r} is not a valid {noun}{example}"

    def accepts(self, answer: str) -> bool:
        if self.one_of or (self.name == "base_url" and not _is_url(answer)):
            return answer in self.one_of
        return bool(answer) and (self.like is None or re.fullmatch(self.like, answer, re.ASCII) is not None)


def _is_url(text: str) -> bool:
    """Whether the text is a URL that requests can be sent to."""
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0 and text.isprintable() and " " not in text
    except ValueError:  # an unclosed bracket, or a port that is not a number
        return False
