"""Switching: what is ours is gone, and what was borrowed comes back as it was, in every shell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccsetup.knowledge import surfaces
from ccsetup.profile import environment as environ
from ccsetup.profile.profile import Profile
from ccsetup.shells.dialects import dialect_module
from ccsetup.system.secret import Secret
from tests.support import real_shells
from tests.support.program import SYSTEM_PATH
from tests.support.real_shells import Environment, Shell, seen, shell

pytestmark = pytest.mark.shells

KNOWLEDGE = surfaces.load_surfaces()
OWNED = environ.owned_names(KNOWLEDGE)
BARE = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "HOME": "/the home"}
WEIRD = "é'\"\\$(exit)`x`!\n\n-- \t\u2028\U0001f600\n"


@dataclass(frozen=True)
class Case:
    """A profile, and by hand what it means: what is set, and what of the user's is out of sight."""

    profile: Profile
    sets: Mapping[str, str]
    hides: tuple[str, ...] = ()


BEDROCK_HIDES = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
CASES = {
    "bedrock": Case(
        Profile(1, "bedrock", {"aws_profile": WEIRD, "region": "us-east-1"}, {"opus": "us.opus"}),
        {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": WEIRD, "AWS_REGION": "us-east-1"}
        | {"ANTHROPIC_DEFAULT_OPUS_MODEL": "us.opus"},
        BEDROCK_HIDES,
    ),
    "bedrock-default": Case(  # says nothing about AWS_PROFILE
        Profile(1, "bedrock", {"region": "eu-west-1"}, {}, {"EMPTY": "", "AWS_ENDPOINT_URL": "http://localhost"}),
        {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "eu-west-1"}
        | {"EMPTY": "", "AWS_ENDPOINT_URL": "http://localhost"},
        BEDROCK_HIDES[1:],
    ),
    "vertex": Case(
        Profile(1, "vertex", {"project": "my-project", "location": "global", "credentials_file": "~/a b.json"}),
        {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "my-project", "CLOUD_ML_REGION": "global"}
        | dict.fromkeys(("GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT"), "my-project")
        | {"GOOGLE_APPLICATION_CREDENTIALS": "/the home/a b.json"},
    ),
    "key": Case(
        Profile(1, "api-key", {"key": "env:K"}, {}, {"ANTHROPIC_MODEL": "by hand", "EDITOR_S": WEIRD}),
        {"ANTHROPIC_API_KEY": "sk-'secret'", "ANTHROPIC_MODEL": "by hand", "EDITOR_S": WEIRD},
    ),
    "login": Case(
        Profile(1, "subscription", {"config_dir": "~/.claude-b"}), {"CLAUDE_CONFIG_DIR": "/the home/.claude-b"}
    ),
}
ALWAYS_HIDDEN = ("ANTHROPIC_PROFILE", "ANTHROPIC_FEDERATION_RULE_ID")
USERS = sorted({*BEDROCK_HIDES, *ALWAYS_HIDDEN, *(name for case in CASES.values() for name in case.sets)} - {*OWNED})
FAMILIES = ("AWS_ENDPOINT_URL_BEDROCK_ANYTHING", "VERTEX_REGION_CLAUDE_9_OPUS")


@dataclass
class Model:
    """What ought to be in the environment: the user's own variables, and a profile over them."""

    users: dict[str, str]
    active: str | None = None

    def switch(self, name: str) -> None:
        self.active = name
        self.users = {key: value for key, value in self.users.items() if key not in (*OWNED, FAMILIES[1])}

    def off(self) -> None:
        if self.active is not None:
            self.active = None
            self.users = {key: value for key, value in self.users.items() if key not in OWNED}

    @property
    def visible(self) -> Environment:
        if self.active is None:
            return {**BARE, **self.users}
        case = CASES[self.active]
        hidden = (*ALWAYS_HIDDEN, *case.hides, *(FAMILIES[:1] if self.active.startswith("bedrock") else ()))
        rest = {key: value for key, value in self.users.items() if key not in hidden}
        return {**BARE, **rest, **case.sets, "CCSETUP_PROFILE": self.active}

    @property
    def memory(self) -> Environment:
        """The user's saved variables."""
        over = [name for name in (CASES[self.active].sets if self.active else ()) if name not in OWNED]
        aside = {name for name in self.users if name in over or name not in self.visible}
        entries = [*sorted(aside), *(f"{name}-" for name in over if name not in aside)]
        return {"CCSETUP_BORROWED": ":".join(entries)} | {f"CCSETUP_SAVED_{name}": self.users[name] for name in aside}


def code(dialect: str, step: str, environment: Mapping[str, str]) -> str:
    """What `ccsetup env` prints for one step in this environment."""
    if step == "off":
        return str(dialect_module(dialect).off(OWNED))
    change = environ.change(
        step, CASES[step].profile, KNOWLEDGE, home="/the home", secrets={"key": Secret("sk-'secret'")}
    ).with_strays(environment)
    return str(dialect_module(dialect).switch(environ.reveal(change), change.borrowed))


def children(
    with_shell: Shell, environment: Mapping[str, str], codes: Sequence[str], folder: Path
) -> list[Environment]:
    """What a child of the shell sees after each of the codes."""
    script = []
    for place, text in enumerate(codes):
        (folder / f"code{place}").write_bytes(text.encode())
        script.append(f"{with_shell.take(f'{folder}/code{place}')}\nenv -0 > {folder}/seen{place}")
    ran = with_shell.run("\n".join(script), {**BARE, **environment})
    assert (ran.code, ran.err) == (0, "")
    return [
        seen((folder / f"seen{place}").read_bytes().decode(errors="surrogateescape")) for place in range(len(codes))
    ]


def without_memory(environment: Environment) -> Environment:
    return {
        name: value for name, value in environment.items() if not name.startswith(("CCSETUP_SAVED", environ.BORROWED))
    }


def switches_as_it_should(name: str, users: dict[str, str], steps: Sequence[str], folder: Path) -> None:
    """Take the steps in one shell and compare with the model after each."""
    with_shell = shell(name)
    model, codes, expected = Model(dict(users)), [], []
    for step in steps:
        codes.append(code(with_shell.dialect, step, model.visible | model.memory))
        model.off() if step == "off" else model.switch(step)
        expected.append((model.active, model.visible))
    for environment, (active, visible) in zip(children(with_shell, users, codes, folder), expected, strict=True):
        assert without_memory(environment) == visible
        if active is None:
            assert environment == visible


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
VALUES = st.one_of(st.just(""), st.just("x"), st.just(WEIRD), TEXTS)
STARTS = st.dictionaries(st.sampled_from([*USERS, OWNED[0], "ANTHROPIC_API_KEY", "UNRELATED"]), VALUES)
STEPS = st.lists(st.sampled_from([*CASES, "off"]), min_size=1, max_size=6)
quickly = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.thorough
@settings(quickly, max_examples=80)
@given(users=STARTS, steps=STEPS)
@example(users=dict.fromkeys(USERS, ""), steps=["bedrock", "vertex", "bedrock", "off"])
@example(users=dict.fromkeys(USERS, WEIRD), steps=["key", "key", "off", "off"])
def test_any_switches_in_bash_leave_what_the_model_says(
    users: dict[str, str], steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    switches_as_it_should("bash", users, steps, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("name", [name for name in real_shells.NAMES if name != "bash"])
@settings(quickly, max_examples=20)
@given(users=STARTS, steps=STEPS)
@example(users=dict.fromkeys(USERS, ""), steps=["bedrock", "vertex", "bedrock", "off"])
@example(users=dict.fromkeys(USERS, WEIRD), steps=["key", "key", "off", "off"])
def test_any_switches_in_the_others_leave_what_the_model_says(
    name: str, users: dict[str, str], steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    switches_as_it_should(name, users, steps, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("state", [None, "", WEIRD, "-", ":", "a:b-"])
@pytest.mark.parametrize("steps", [["bedrock", "vertex", "bedrock", "off"], ["bedrock", "bedrock", "off"]])
@pytest.mark.parametrize("name", real_shells.NAMES)
def test_borrowed_variables_come_back_exactly(name: str, steps: list[str], state: str | None, tmp_path: Path) -> None:
    users = {} if state is None else dict.fromkeys(USERS, state)
    switches_as_it_should(name, users, steps, tmp_path)


@pytest.mark.parametrize("name", real_shells.NAMES)
def test_nothing_that_is_ours_is_left_over_from_elsewhere(name: str, tmp_path: Path) -> None:
    left_over = dict.fromkeys(OWNED, "left over")
    [environment] = children(shell(name), left_over, [code(shell(name).dialect, "vertex", left_over)], tmp_path)
    assert {name: environment[name] for name in OWNED if name in environment} == {
        name: value for name, value in CASES["vertex"].sets.items() if name in OWNED
    }


@pytest.mark.parametrize("name", real_shells.NAMES)
def test_off_without_an_active_profile_touches_nothing(name: str, tmp_path: Path) -> None:
    users = {**dict.fromkeys(OWNED, "mine"), **dict.fromkeys(USERS, WEIRD), "CCSETUP_BORROWED": "AWS_PROFILE-:X"}
    assert children(shell(name), users, [code(shell(name).dialect, "off", users)], tmp_path) == [{**BARE, **users}]


@pytest.mark.parametrize("name", real_shells.NAMES)
def test_unknown_members_of_families_are_saved_or_cleared(name: str, tmp_path: Path) -> None:
    users = {**dict.fromkeys(FAMILIES, WEIRD), "AWS_ENDPOINT_URL_S3": "http://localhost:9000"}
    switches_as_it_should(name, users, ["bedrock", "vertex", "bedrock", "off"], tmp_path)


@pytest.mark.parametrize("name", real_shells.NAMES)
def test_members_of_families_stay_aside_from_one_profile_of_a_surface_to_the_next(name: str, tmp_path: Path) -> None:
    switches_as_it_should(name, {FAMILIES[0]: WEIRD}, ["bedrock", "bedrock-default", "bedrock", "off"], tmp_path)


@pytest.mark.parametrize("name", real_shells.NAMES)
@pytest.mark.parametrize(
    "hostile",
    [
        "X;touch hit",
        "$(touch hit)",
        "`touch hit`",
        "A=1;touch hit",
        "a b:$(touch hit)-:'`touch hit`'",
        "X}$(touch hit)",
        "X\ntouch hit",
        "X[$(touch hit)]",
        "é-:*:?-:~:-n:--:(touch hit):1:1-",
        ":::-:-:",
    ],
)
@pytest.mark.parametrize("step", ["bedrock", "off"])
def test_a_hostile_memory_runs_nothing(name: str, hostile: str, step: str, tmp_path: Path) -> None:
    with_shell = shell(name)
    (tmp_path / "code").write_text(code(with_shell.dialect, step, {}))
    environment = {**BARE, "CCSETUP_BORROWED": hostile, "CCSETUP_PROFILE": "x", "KEEP": "kept"}
    ran = with_shell.run(f"cd {tmp_path}\n{with_shell.take('code')}\nexec env -0", environment)
    assert [path.name for path in tmp_path.iterdir()] == ["code"]
    assert ran.environment["KEEP"] == "kept"
    assert "CCSETUP_BORROWED" not in ran.environment or step == "bedrock"


def test_universal_variables_of_fish_are_hidden_while_a_profile_is_active_and_stay(tmp_path: Path) -> None:
    """fish can only hide them behind an empty global, and the client takes empty for unset."""
    fish = replace(shell("fish"), start_up_files=True)  # without, fish keeps no universal variables
    home = {**BARE, "HOME": str(tmp_path)}
    universal = {
        "ANTHROPIC_API_KEY": "mine",
        "AWS_PROFILE": "mine",
        "AWS_ENDPOINT_URL": "http://x",
        "ANTHROPIC_MODEL": "m",
    }
    fish.run("\n".join(f"set -Ux {name} '{value}'" for name, value in universal.items()), home)
    for place, step in enumerate(("key", "bedrock", "off")):
        (tmp_path / f"code{place}").write_text(code("fish", step, universal))
    steps = "\n".join(f"cat {tmp_path}/code{place} | source; env -0 > {tmp_path}/seen{place}" for place in range(3))
    ran = fish.run(f"{steps}\nexec env -0", home)
    assert ran.err == ""
    with_key, with_bedrock, after = (
        {name: value for name, value in seen((tmp_path / f"seen{place}").read_text()).items() if name in universal}
        for place in range(3)
    )
    assert with_key == {**universal, "ANTHROPIC_API_KEY": "sk-'secret'", "ANTHROPIC_MODEL": "by hand"}
    assert with_bedrock == {**dict.fromkeys(universal, ""), "AWS_PROFILE": WEIRD}
    assert after == universal
    another = fish.run("exec env -0", home).environment
    assert {name: value for name, value in another.items() if name in universal} == universal
