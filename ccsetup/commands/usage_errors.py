"""Errors of the command line's parser, in the words and the form of every other error."""

import re
from collections.abc import Sequence

from ccsetup.system.errors import USAGE, UserError
from ccsetup.system.spelling import suggest

_PARSER_WORDS = (  # what the parser prints, and what a person would
    (r"Got unexpected extra arguments? ?\(s?\)? ?\((.*)\)", r"unexpected argument: \1"),
    (r"Missing (?:argument|parameter) '(.*?)'\..*", r"missing argument: \1"),
    (r"Missing option '(.*?)'\..*", r"missing option: \1"),
    (r"Option '(.*?)' requires an argument\.", r"\1 needs a value"),
    (r"No such option: (\S+).*", r"no such option: \1"),
    (r"No such command '(.*?)'\..*", r"no such command: \1"),
    (r"Invalid value for '(.*?)': (?:Value error, )?Input should be a valid (\w+),.*", r"\1 must be an \2"),
    (r"Invalid value for '(.*?)': Input should be greater than or equal to ([-\d.]+)\.?", r"\1 must be at least \2"),
    (r"Invalid value for '(.*?)': Input should be less than or equal to ([-\d.]+)\.?", r"\1 must be at most \2"),
    (r"Invalid value for '(.*?)': (?:Value error, )?(.*?)\.?", r"\1: \2"),
)


def parser_error(error: object, command: str, commands: Sequence[str]) -> UserError:
    """The parser's exception as an error for users: what is wrong, the nearest spelling, where the help is."""
    said = " ".join(str(error.format_message()).split())  # type: ignore[attr-defined]
    message = next((re.sub(pattern, words, said, flags=re.DOTALL) for pattern, words in _PARSER_WORDS
                    if re.fullmatch(pattern, said, re.DOTALL)), said[:1].lower() + said[1:])  # fmt: skip
    message = (
        re.sub("'.*' is not one of ", "must be one of ", message)
        .rstrip(".")
        .replace("must be an number", "must be a number")
    )
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else f"ccsetup {command}" if command in commands else "ccsetup"
    return UserError(message, (*_nearest(error, said, message, commands), f"see: {path} --help"), USAGE)


def _nearest(error: object, said: str, message: str, commands: Sequence[str]) -> tuple[str, ...]:
    word = message.rpartition(": ")[2]
    known = getattr(error, "possibilities", None) or (commands if message.startswith("no such command") else ())
    if choice := re.search("'([^']*)' is not one of (.*)", said):
        word, known = choice[1], re.findall("'(.*?)'", choice[2])
    return (found,) if (found := suggest(word, tuple(known))) else ()
