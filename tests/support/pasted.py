"""Errors as a person pastes them: each wrapping takes status, code, message and parts of a specimen."""

import json
from collections.abc import Callable, Mapping

Specimen = tuple[int | None, str, str, Mapping[str, str]]
OURS = "ccsetup"
CLIENT = "claude"


def line(specimen: Specimen) -> str:
    status, code, message, parts = specimen
    text = message if code in (CLIENT, OURS) else f"{code}: {message}"
    told = f" {{{', '.join(f'{name}={value}' for name, value in parts.items())}}}" if parts else ""
    return f"{f'{status} ' if status else ''}{text}{told}"


def log_line(specimen: Specimen) -> str:
    return f"2026-11-27T14:03:11.402Z [ERROR] worker-3 (pid 4123): \x1b[31m{line(specimen)}\x1b[0m\r\n"


def among_others(specimen: Specimen) -> str:
    before = "\x1b]0;claude\x07> say hello\n\n[2K\x1b[1A[DEBUG] Streaming took 500 ms, 429 tokens, port 443\n"
    after = "\n    at async file:///usr/lib/@anthropic-ai/claude-code/cli.js:402:503\n[exited after 3.5 s]\n"
    return f"{before}14:03:11,402 | {line(specimen)}{after}"


def frame(specimen: Specimen) -> str:
    """As Claude Code shows an answer's body."""
    status, code, message, _ = specimen
    if status is None or code.isdigit():
        return f"● API Error: {line(specimen)}"
    return f"Please run /login · API Error: {status} {json.dumps(body(specimen))}" if message else ""


def body(specimen: Specimen) -> dict[str, object]:
    """The JSON of Google or Anthropic; AWS's has no code, which is in a header, so that Anthropic's form is used."""
    status, code, message, parts = specimen
    if not code.isupper():
        return {"type": "error", "error": {"type": code, "message": message, "details": dict(parts)}}
    info = {name: value for name, value in parts.items() if name not in ("status", "reason")}
    kind = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code, "metadata": info}
    named = parts.get("status", code)
    return {"error": {"code": status, "message": message, "status": named, "details": [kind] if info else []}}


def transcript(specimen: Specimen) -> str:
    """A row of Claude Code's transcript, after others."""
    said = {"role": "assistant", "model": "<synthetic>", "content": [{"type": "text", "text": frame(specimen)}]}
    asked = {"type": "user", "message": {"role": "user", "content": "what is a 404?"}}
    row = {"type": "assistant", "timestamp": "2026-11-27T14:03:11Z", "message": said, "isApiErrorMessage": True}
    return f"{json.dumps(asked)}\n{json.dumps(row)}\n"


def wrapped(specimen: Specimen, columns: int = 60) -> str:
    """As a terminal of 65 columns breaks it, wherever the edge is."""
    text = f"API Error: {line(specimen)}"
    pieces = [text[at : at + columns] for at in range(0, len(text), columns)]
    return "\n".join((f"  ⎿  {pieces[0]}", *(f"     {piece}" for piece in pieces[1:])))


def between_words(specimen: Specimen) -> str:
    """As a mail or a ticket breaks it."""
    import textwrap

    return "\n".join(
        f"> {piece}" for piece in textwrap.wrap(line(specimen), 50, break_long_words=False, break_on_hyphens=False)
    )


WRAPPINGS: Mapping[str, Callable[[Specimen], str]] = {
    function.__name__: function
    for function in (line, log_line, among_others, frame, transcript, wrapped, between_words)
}
