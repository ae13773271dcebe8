"""Probe of Claude Code's question whether to use the key in ANTHROPIC_API_KEY: seen on 2.1.332, an interactive session
does not use a key that was declined, and `claude -p` does."""

from collections.abc import Iterator

from ccsetup.claude_code.signing import CONSOLE_KEY
from ccsetup.doctor.probes import key_helper
from ccsetup.doctor.probes.case import Case, Passed, Result, Skipped
from ccsetup.doctor.probes.onboarding import state_file
from ccsetup.system import lenient

_VARIABLE = "ANTHROPIC_API_KEY"
_KEPT = 20  # characters of the key's end, by which Claude Code knows it


def check_declined(case: Case) -> Iterator[Result]:
    """Check that the key was not declined in Claude Code's own question."""
    how = case.surface.env.owns.get(_VARIABLE)
    secret = case.access.secrets.get(how.ask or "") if how else None
    stored = how is not None and case.profile.set.get(how.ask or "") == f"env:{CONSOLE_KEY}"
    if secret is None or stored or key_helper.command(case):
        yield Skipped("declined", f"{_VARIABLE} does not sign", telling=False)
        return
    path = state_file(case)
    answers = lenient.table(lenient.read_json(path, []), "customApiKeyResponses")
    end = secret.reveal().strip()[-_KEPT:]
    if end in lenient.words(answers, "rejected") and end not in lenient.words(answers, "approved"):
        yield case.finding("key-declined", path=str(path))
        return
    yield Passed("declined", "Claude Code was not told to leave the key out")
