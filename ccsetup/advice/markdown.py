"""The scope of a profile as one Markdown page, for people who decide about contracts."""

from collections.abc import Iterator, Mapping

from ccsetup.advice.facts import Fact
from ccsetup.advice.scope import Scope, ScopedModel
from ccsetup.doctor.formats.markdown import escape_markdown

_LABELS = {
    "account": "Account",
    "organization": "Organization",
    "residency": "Residency settings",
    "inference_geo": "inference_geo of measured requests",
    "hosts": "Hosts that Claude Code talks to",
    "client": "Claude Code",
    "arn": "ARN or resource name",
    "endpoint": "Endpoint",
    "served_by": "Operator",
    "destinations": "Regions that may serve it",
    "agreement": "Agreement and entitlement",
    "retention": "Data retention",
    "logging": "Invocation logging",
}
_LEAD = (
    "Facts that ccsetup looked up, each with its request and time. ccsetup reads settings and listings; it does not"
    " know any contract, so nothing here says that one includes this use. Have the questions answered in writing."
)


def markdown_page(scope: Scope) -> str:
    """The page; every value is escaped."""
    return "\n".join(_lines(scope)) + "\n"


def _lines(scope: Scope) -> Iterator[str]:
    yield f"# Scope of {escape_markdown(scope.profile)}: {escape_markdown(scope.title)}"
    yield from ("", _LEAD, "")
    yield from _table(scope.facts)
    for model in scope.models:
        yield from _model(model)
    if not scope.models:
        yield from ("", "No model is pinned, and what Claude Code asks for is not known.")
    yield from ("", "## Terms", "")
    yield from (f"- [{escape_markdown(term.name)}](<{term.url}>)" for term in scope.terms)
    if not scope.terms:
        yield "- those of the gateway's operator"
    yield from ("", "## Questions", "")
    yield from (f"{number}. {escape_markdown(question)}" for number, question in enumerate(scope.ask, 1))


def _model(model: ScopedModel) -> Iterator[str]:
    how = f"pinned for {model.tier}" if model.pinned else f"not pinned: what Claude Code asks for as {model.tier}"
    yield from ("", f"## {escape_markdown(model.id)}", "", f"{escape_markdown(how[0].upper() + how[1:])}.", "")
    yield from _table(model.facts)
    elsewhere = model.facts["retention"].more.get("elsewhere")
    if isinstance(elsewhere, list) and elsewhere:
        names = ", ".join(escape_markdown(str(one["region"])) for one in elsewhere)
        yield from ("", f"Retention and logging were not looked up in {names}, because {elsewhere[0]['because']}.")


def _table(facts: Mapping[str, Fact]) -> Iterator[str]:
    yield "| fact | value | request | time |"
    yield "|---|---|---|---|"
    for name, fact in facts.items():
        label = escape_markdown(_LABELS[name])
        if fact.at is None:
            yield f"| {label} | not looked up, because {escape_markdown(fact.because)} | | |"
        else:
            when = f"{fact.at:%Y-%m-%d %H:%M} UTC"
            yield f"| {label} | {escape_markdown(shown(fact.value))} | {escape_markdown(fact.by)} | {when} |"


def shown(value: object) -> str:
    """A fact's value in words."""
    match value:
        case None:
            return "none"
        case dict():
            return ", ".join(f"{name}: {_inner(part)}" for name, part in value.items())
        case list() | tuple():
            return ", ".join(map(shown, value))
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _inner(value: object) -> str:
    return f"({shown(value)})" if isinstance(value, dict) else shown(value)
