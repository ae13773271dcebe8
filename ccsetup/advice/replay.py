"""Measured work priced elsewhere: each request replayed under another cache lifetime, at another seller's prices."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ccsetup.providers.catalogue import parse_family
from ccsetup.usage.money import Quote, Tariff, Used
from ccsetup.usage.reasons import explain
from ccsetup.usage.summary import Account, Part
from ccsetup.usage.tokens import NO_TOKENS, Tokens, add

Generation = tuple[str | None, tuple[int, ...]]  # ("opus", (5, 5))
Lifetime = str  # "5m" or "1h"


def generation_of(model: str) -> Generation:
    return parse_family(model)


def as_billed(account: Account, generations: Iterable[Generation]) -> list[Used]:
    """The account's work with these models, exactly as `cost` counts it."""
    wanted = {*generations}
    return [account.used(key, cell) for key, cell in account.cells.items() if generation_of(key.model) in wanted]


def tokens_elsewhere(
    account: Account,
    strings: Sequence[str],
    quotes: Callable[[str], Quote],
    generations: Iterable[Generation],
    *,
    is_plan: bool,
) -> dict[Lifetime, list[Used]]:
    """The account's work with these models, had its writes lived as long as each lifetime; for a plan, "1h" is the main
    conversation's, and subagents keep 5 minutes. Calls without a row are carried over unchanged."""
    wanted = {*generations}
    other = Account(
        account.profile,
        account.surface,
        account.place,
        lambda _profile, _surface, model: quotes(model),
        parts=account.parts,
    )
    found: dict[Lifetime, list[Used]] = {"5m": [], "1h": []}
    main, subagents = _parts(account.parts, lambda chain: not chain), _parts(account.parts, bool)
    for parts, lives in ((main, ("5m", "1h")), (subagents, ("5m", "5m" if is_plan else "1h"))):
        other.parts = parts
        replay = explain(other, strings).replay
        for name, lived in zip(("5m", "1h"), lives, strict=True):
            found[name] += _used(replay[lived], quotes, wanted)
    for key, cell in account.cells.items():
        if generation_of(key.model) in wanted and any(cell.unlogged):
            for used in found.values():
                used.append((Tariff(key.model, key.tariff.extra), cell.unlogged, quotes(key.model)))
    return found


def _used(tokens: Mapping[Tariff, Tokens], quotes: Callable[[str], Quote], wanted: set[Generation]) -> list[Used]:
    return [
        (tariff, counts, quotes(tariff.model))
        for tariff, counts in tokens.items()
        if generation_of(tariff.model) in wanted
    ]


def _parts(parts: Iterable[Part], belongs: Callable[[int], bool]) -> list[Part]:
    """The parts with the requests of the main conversation alone, or of subagents alone."""
    return [
        Part(part.work, [number for number in part.requests if belongs(part.work.requests[number].chain)])
        for part in parts
    ]


def measured_generations(accounts: Iterable[Account]) -> list[Generation]:
    """The models of the measured work, what was used most first."""
    sums: dict[Generation, Tokens] = {}
    for account in accounts:
        for key, cell in account.cells.items():
            generation = generation_of(key.model)
            sums[generation] = add(sums.get(generation, NO_TOKENS), cell.all)
    return sorted(sums, key=lambda one: (-sum(sums[one][:5]), str(one)))
