"""Turn a profile into an environment: `{NAME: value, or None for unset}`, and which variables are borrowed."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ccsetup.knowledge import decisive_settings, precedence
from ccsetup.knowledge.surfaces import Knowledge, Surface, Variable
from ccsetup.profile.profile import Profile, references
from ccsetup.system.secret import Secret

ACTIVE = "CCSETUP_PROFILE"  # names the active profile, for prompts
BORROWED = "CCSETUP_BORROWED"  # NAME:NAME-:… the saved variables; a trailing dash means "was unset"
SAVED = "CCSETUP_SAVED_"  # + NAME: the saved value

Value = str | Secret | None


@dataclass(frozen=True, slots=True)
class EnvironmentChange:
    """What a profile changes in an environment.

    `values` is complete: variables to set, and None for those to unset. The names in `borrowed` are saved first and
    restored on the next switch. `families` are prefixes (`VERTEX_REGION_CLAUDE_`) whose members outside `values` are
    unset too; True if members are borrowed rather than owned by ccsetup.
    """

    profile: str
    values: Mapping[str, Value]
    borrowed: frozenset[str]
    families: Mapping[str, bool]

    def with_strays(self, environment: Mapping[str, str]) -> "EnvironmentChange":
        """Like this change, with the members of its families listed that are set or about to be restored."""
        strays = {
            name: borrowed
            for name in (*environment, *values_to_restore(environment))
            for prefix, borrowed in self.families.items()
            if name.startswith(prefix) and name not in self.values
        }
        if not strays:
            return self
        return EnvironmentChange(
            self.profile,
            {**dict.fromkeys(strays), **self.values},
            self.borrowed | {name for name, borrowed in strays.items() if borrowed},
            self.families,
        )


def change(
    name: str, profile: Profile, knowledge: Knowledge, *, home: str, secrets: Mapping[str, Secret]
) -> EnvironmentChange:
    """The change that the profile `name` makes; `secrets` contains a Secret for each of its references."""
    surface = knowledge.surfaces[profile.surface]
    owned = knowledge.owned
    borrows = {**knowledge.shared.env.borrows, **surface.env.borrows}
    values: dict[str, Value] = {variable: None for variable in owned if not variable.endswith("*")}
    borrowed: set[str] = set()

    def answer(variable: Variable) -> Value:
        if variable.on_with:
            return "1" if variable.on_with in profile.set else None
        if variable.ask is None:
            return variable.fixed
        if variable.ask in secrets:
            return secrets[variable.ask]
        ask, text = surface.question(variable.ask), profile.set.get(variable.ask)
        if text is not None and ask is not None and ask.path:
            # Never relative to the working folder; a profile with a relative path is refused where it would be used.
            return os.path.join(home, text.removeprefix("~/"))  # noqa: PTH118 - which would drop a trailing slash
        return text

    for variable, how in (*surface.env.owns.items(), *borrows.items()):
        if variable.endswith("*"):
            continue
        value = answer(how)
        if variable in borrows:
            if value is None and not how.clear:
                continue  # the profile does not set it, so it stays unchanged
            borrowed.add(variable)
        values[variable] = value
    for key in profile.models:
        values[knowledge.shared.models[key]] = _model(key, profile.models, knowledge.shared.aliases)
    for variable, text in profile.env.items():
        if not _is_owned(variable, owned):
            borrowed.add(variable)
        values[variable] = text
    values[ACTIVE] = name
    families = {key[:-1]: key in borrows for key in (*owned, *borrows) if key.endswith("*")}
    return EnvironmentChange(name, values, frozenset(borrowed), families)


def _model(key: str, models: Mapping[str, str], aliases: Collection[str]) -> str | None:
    """Return what the variable of this tier says; None leaves the tier to Claude Code's own alias.

    Seen on 2.1.330: it resolves an alias in ANTHROPIC_MODEL alone; a tier's variable is sent unchanged, and refused.
    """
    model = models[key]
    if key == "default" or _word(model) not in aliases:
        return model
    named = models.get(_word(model), "")
    return named if named and _word(named) not in aliases else None


def _word(model: str) -> str:
    return model.lower().removesuffix("[1m]")


def _is_owned(variable: str, owned: Iterable[str]) -> bool:
    """Whether ccsetup owns the variable, by its name or as a member of a family (`VERTEX_REGION_CLAUDE_*`)."""
    return any(variable.startswith(name[:-1]) if name.endswith("*") else variable == name for name in owned)


def describe(name: str, profile: Profile, knowledge: Knowledge) -> str:
    """The profile in a few words: its name, and where requests go."""
    surface = knowledge.surfaces[profile.surface]
    place = profile.set.get(surface.place.answer, "") if surface.place else ""
    return f"{name} ({surface.title}{f', {place}' if place else ''})"


def owned_names(knowledge: Knowledge, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The variables that `--off` unsets; for families, the members set in `environment` or about to be restored."""
    owned = knowledge.owned
    names = [name for name in owned if not name.endswith("*")]
    present = {**(environment or {}), **values_to_restore(environment or {})}
    return (*names, *(name for name in sorted(present) if name not in owned and _is_owned(name, owned)))


def has_secret(profile: Profile, knowledge: Knowledge) -> bool:
    return bool(references(profile, knowledge.surfaces[profile.surface]))


def reveal(change_: EnvironmentChange) -> dict[str, str | None]:
    """The values as a shell or a child process receives them: the only place where secrets are revealed."""
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in change_.values.items()}


def values_for_file(change_: EnvironmentChange, knowledge: Knowledge) -> dict[str, str]:
    """The values for a file, which cannot unset variables: a variable to unset is empty, or left out if that is
    unsafe."""
    return {
        name: value or ""
        for name, value in reveal(change_).items()
        if value is not None or not never_empty(name, knowledge)
    }


def never_empty(name: str, knowledge: Knowledge) -> bool:
    """Whether the client treats an empty value of the variable differently from unset."""
    return name in knowledge.owned and knowledge.owned[name].never_empty


def names_to_watch(change_: EnvironmentChange, surface: Surface) -> tuple[str, ...]:
    """What could override this change from a settings file: variables, families (`NAME*`), settings-file keys."""
    deciding = decisive_settings.load()
    families = (f"{prefix}*" for prefix in change_.families)
    model = () if change_.values.get(precedence.load().model[0]) else ("model",)
    return (*change_.values, *families, *_lines(deciding), *model, *deciding.watched(surface.name))


def _lines(deciding: decisive_settings.Deciding) -> tuple[str, ...]:
    return (*deciding.lines.helpers, *deciding.lines.refresh, *deciding.lines.models)


def values_to_restore(environment: Mapping[str, str]) -> dict[str, str | None]:
    """The variables that undoing the active profile restores: {NAME: previous value, or None for unset}."""
    back: dict[str, str | None] = {}
    for entry in environment.get(BORROWED, "").split(":"):
        name = entry.removesuffix("-")
        if name:
            back[name] = None if entry.endswith("-") else environment.get(SAVED + name)
            back[SAVED + name] = None
    if BORROWED in environment:
        back[BORROWED] = None
    return back


def apply_change(change_: EnvironmentChange, environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with this profile and without any other: the environment for a child process."""
    child: dict[str, str | None] = {**environment, **values_to_restore(environment)}
    child |= reveal(change_.with_strays(environment))
    return {name: value for name, value in child.items() if value is not None}
