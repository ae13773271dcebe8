"""`ccuse NAME`: what `eval "$(ccsetup env NAME)"` does, in bash and zsh without a process."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from ccsetup import __version__
from tests.support.hooked import Hooked, Pristine, unexpected
from tests.support.program import Program
from tests.support.real_shells import shell
from tests.support.selection import examples
from tests.support.warm import Warm

pytestmark = pytest.mark.shells

NO_PROCESS = ("bash", "zsh")
NOBODY = 61_234  # the limit on processes does not bind root, and binds a user with no other process exactly
UGLY = "a b'\"$(touch hit)`touch hit`\\é\n]*[~"
HABITS = {
    "bash": ("set -eu", "set -o posix", "set -f -C", "shopt -s failglob", "IFS=ce_-", "set -a"),
    "zsh": (
        "set -eu",
        "setopt NO_UNSET ERR_EXIT WARN_CREATE_GLOBAL SH_WORD_SPLIT KSH_ARRAYS",
        "setopt ERR_RETURN IGNORE_BRACES NO_BARE_GLOB_QUAL NULL_GLOB EXTENDED_GLOB",
        "setopt RC_QUOTES GLOB_SUBST NO_CLOBBER GLOB_ASSIGN RC_EXPAND_PARAM",
        "setopt SH_GLOB KSH_GLOB NO_EQUALS CSH_NULL_GLOB",
    ),
    "fish": ("set -g IFS ''",),
}


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def pristine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pristine:
    shell(request.param)
    return Pristine.make(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def hooked(pristine: Pristine) -> Hooked:
    """A shell with the hook, and the profiles bedrock-prod and vertex."""
    return pristine.restored()


without_processes = pytest.mark.parametrize("pristine", NO_PROCESS, indirect=True)


@pytest.mark.parametrize(
    "names",
    [["bedrock-prod"], ["bedrock-prod", "vertex"], ["vertex", "vertex", "--off"], ["--off"]],
    ids=" ".join,
)
@pytest.mark.parametrize("mine", [{}, {"AWS_PROFILE": "", "ANTHROPIC_API_KEY": "left over", "AWS_ENDPOINT_URL": UGLY}])
def test_ccuse_does_what_evaluating_env_does(hooked: Hooked, names: list[str], mine: dict[str, str]) -> None:
    environment = hooked.use(*names, environment=mine)
    assert environment == hooked.evaluate(*names, environment=mine)
    assert environment.get("CCSETUP_PROFILE") == (None if names[-1] == "--off" else names[-1])


@without_processes
def test_ccuse_calls_no_program(hooked: Hooked) -> None:
    called = hooked.trap()
    ran = hooked.run("ccuse bedrock-prod && ccuse vertex\nPATH=/usr/bin:/bin", habit="PATH=/nowhere")
    assert (ran.code, unexpected(ran.err)) == (0, [])
    assert ran.environment["CCSETUP_PROFILE"] == "vertex"
    assert not called.exists()
    hooked.run("ccuse nosuch")
    assert called.exists()


@pytest.fixture
def open_program() -> Iterator[Program]:
    """A program whose home another user can enter: pytest's own folders are closed."""
    home = Path(mkdtemp(prefix="ccsetup-"))
    yield Warm(home)
    shutil.rmtree(home)


@pytest.mark.parametrize("name", NO_PROCESS)
def test_ccuse_works_where_no_process_can_be_started(name: str, open_program: Program) -> None:
    open_program.bedrock()
    open_program.init("vertex", "vertex", project="my-project", location="global")
    hooked = Hooked(name, open_program).load()
    user = NOBODY if os.getuid() == 0 else None
    if user is not None:
        for path in (open_program.home, *open_program.home.rglob("*")):
            os.chown(path, user, user)
    ran = hooked.run("ccuse bedrock-prod; ccuse vertex; ccuse --off; ccuse vertex", habit="ulimit -u 1", user=user)
    assert (ran.code, unexpected(ran.err)) == (0, [])
    assert ran.environment["CCSETUP_PROFILE"] == "vertex"
    # The limit bites: even a subshell is refused. (zsh shows it for both, as bash would try for half a minute.)
    refused = shell("zsh").run("ulimit -u 1\n( : )\necho went on", open_program.environment, user=user)
    assert "fork failed" in refused.err


@pytest.mark.parametrize(
    ("pristine", "habit"),
    examples(((n, h) for n in HABITS for h in HABITS[n]), *((n, HABITS[n][0]) for n in HABITS)),
    indirect=["pristine"],
)
def test_no_option_of_the_shell_gets_between(hooked: Hooked, habit: str) -> None:
    mine = {"AWS_PROFILE": UGLY, "AWS_ENDPOINT_URL": ""}
    plainly = hooked.use("bedrock-prod", environment=mine)
    for names in (["bedrock-prod"], ["vertex", "bedrock-prod", "--off", "--off", "bedrock-prod"]):
        environment = hooked.use(*names, environment=mine, habit=habit)
        assert {name: environment[name] for name in plainly} == plainly


@pytest.mark.thorough
@pytest.mark.parametrize("pristine", examples(NO_PROCESS, "bash"), indirect=True)
def test_settings_are_looked_at_whatever_the_options_of_the_shell(hooked: Hooked) -> None:
    (hooked.program.home / ".claude").mkdir()
    (hooked.program.home / ".claude" / "settings.json").write_text('{"env": {"AWS_REGION": "eu-west-3"}}')
    for habit in HABITS[hooked.name]:
        assert "AWS_REGION" in hooked.run("ccuse bedrock-prod", habit=habit).err


def test_profile_edited_in_place_counts_immediately(hooked: Hooked) -> None:
    path = hooked.program.profiles / "bedrock-prod.toml"
    before, text = path.stat(), path.read_text()
    with path.open("r+") as file:  # same size, same inode, same times
        file.write(text.replace("my-prod", "my-test"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert hooked.use("bedrock-prod")["AWS_PROFILE"] == "my-test"
    assert hooked.evaluate("bedrock-prod")["AWS_PROFILE"] == "my-test"


def test_profile_gone_from_disk_is_gone_immediately(hooked: Hooked) -> None:
    (hooked.program.profiles / "vertex.toml").unlink()
    ran = hooked.run("ccuse vertex")
    assert "profile 'vertex' not found" in ran.err
    assert "CCSETUP_PROFILE" not in ran.environment


def test_a_profile_that_is_a_link_or_no_toml_is_refused(hooked: Hooked) -> None:
    path = hooked.program.profiles / "vertex.toml"
    path.write_bytes(path.read_bytes() + b"\0 = junk")  # all that bash can read of it is as it was
    assert "vertex.toml" in hooked.run("ccuse vertex").err
    path.rename(hooked.program.home / "elsewhere.toml")
    path.symlink_to(hooked.program.home / "elsewhere.toml")
    ran = hooked.run("ccuse vertex")
    assert "symbolic link" in ran.err
    assert "CCSETUP_PROFILE" not in ran.environment


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "garbage": lambda _: b"\xff\xfe garbage '\n",
    "zeros": lambda text: bytes(len(text)),
    "one line left": lambda text: text[: text.index(b"\n") + 1],
    "of another version": lambda text: text.replace(__version__.encode(), b"0.0.9").replace(b"my-prod", b"my-trap"),
    "of another profile": lambda text: text.replace(b"us-east-1", b"us-west-2").replace(b"my-prod", b"my-trap"),
}
TORN: dict[str, Callable[[bytes], bytes | None]] = {
    "a quarter gone": lambda text: text[: len(text) * 3 // 4],
    "last line gone": lambda text: text[: text.rindex(b"\n", 0, -1) + 1],
    "two lines gone": lambda text: text[: text.rindex(b"\n", 0, text.rindex(b"\n", 0, -1)) + 1],
    "ending in zeros": lambda text: text[: len(text) // 2] + bytes(len(text) - len(text) // 2),
}


def damage(path: Path, how: str) -> None:
    text = {**DAMAGES, **TORN}[how](path.read_bytes())
    path.unlink()
    if text is not None:
        path.write_bytes(text)


@without_processes
@pytest.mark.parametrize("how", examples((*DAMAGES, *TORN), "garbage", "last line gone"))
def test_a_damaged_compiled_file_is_not_trusted_by_ccuse(hooked: Hooked, how: str) -> None:
    mine = {"AWS_PROFILE": UGLY}
    right = hooked.use("bedrock-prod", environment=mine)
    damage(hooked.program.compiled / "bedrock-prod.ccuse", how)
    ran = hooked.run("ccuse bedrock-prod", mine)
    assert (ran.code, ran.environment) == (0, right)


@pytest.mark.parametrize("dialect", ["sh", "fish", "powershell"])
@pytest.mark.parametrize("how", [*DAMAGES, *TORN])
@pytest.mark.parametrize("pristine", ["bash"], indirect=True)
def test_a_damaged_compiled_file_is_not_trusted_by_env(hooked: Hooked, dialect: str, how: str) -> None:
    right = hooked.program.ok("env", "bedrock-prod", "--shell", dialect).out
    damage(hooked.program.compiled / f"bedrock-prod.{dialect}", how)
    assert hooked.program.ok("env", "bedrock-prod", "--shell", dialect).out == right


@pytest.mark.parametrize("where", [".claude/settings.json", ".claude/settings.local.json", "moved/settings.json"])
def test_a_settings_file_that_overrides_a_profile_is_reported(hooked: Hooked, where: str) -> None:
    settings = hooked.program.home / where
    settings.parent.mkdir()
    settings.write_text('{"env": {"AWS_REGION": "eu-west-3"}}')
    ran = hooked.run("ccuse bedrock-prod", {"CLAUDE_CONFIG_DIR": str(hooked.program.home / "moved")})
    assert "AWS_REGION" in ran.err
    assert ran.environment["CCSETUP_PROFILE"] == "bedrock-prod"


def test_the_settings_looked_at_are_those_that_will_be_read(hooked: Hooked) -> None:
    """A subscription moves the user's settings; what follows it reads them where they were."""
    (hooked.program.home / ".claude").mkdir()
    (hooked.program.home / ".claude" / "settings.json").write_text('{"env": {"AWS_REGION": "eu-west-3"}}')
    hooked.program.init("login", "subscription", config_dir="~/.claude-b")
    away = "mkdir -p away; cd away"
    assert "AWS_REGION" in hooked.run(f"{away}; ccuse login; ccuse bedrock-prod").err
    assert unexpected(hooked.run(f"{away}; ccuse login").err) == []


STRAYS = {"AWS_ENDPOINT_URL_BEDROCK_NEW": "http://x", "VERTEX_REGION_CLAUDE_9_OPUS": "us"}


def test_unknown_members_of_families_are_saved_or_cleared(hooked: Hooked) -> None:
    active = hooked.use("bedrock-prod", environment=STRAYS)
    assert not STRAYS.keys() & active.keys()
    assert active["CCSETUP_SAVED_AWS_ENDPOINT_URL_BEDROCK_NEW"] == "http://x"
    after = hooked.use("bedrock-prod", "vertex", environment=STRAYS)
    assert {name: after[name] for name in STRAYS if name in after} == {"AWS_ENDPOINT_URL_BEDROCK_NEW": "http://x"}


def test_members_of_families_stay_aside_from_one_profile_to_the_next(hooked: Hooked) -> None:
    for use in (hooked.use, hooked.evaluate):
        assert not STRAYS.keys() & use("bedrock-prod", "bedrock-prod", environment=STRAYS).keys()


def test_a_member_of_a_family_with_half_the_name_of_another_is_seen(hooked: Hooked) -> None:
    assert "AWS_ENDPOINT_URL_BEDROCK_DATA" not in hooked.evaluate(
        "bedrock-prod", environment={"AWS_ENDPOINT_URL_BEDROCK_DATA": "http://x"}
    )


@pytest.mark.parametrize(
    "name",
    examples(("nosuch", ".hidden", "-x", "a/b", "''", "a b", "é", "../bedrock-prod", "'a*'"), "../bedrock-prod"),
)
def test_an_unknown_name_is_exit_code_2_and_changes_nothing(hooked: Hooked, name: str) -> None:
    code = "set -gx CODE $status" if hooked.name == "fish" else "export CODE=$?"
    ran = hooked.run(f"ccuse {name}\n{code}")
    assert {**hooked.program.environment, "CODE": "2"} == ran.environment
    assert ran.err


def test_a_secret_goes_the_long_way_and_is_kept_nowhere(hooked: Hooked) -> None:
    hooked.program.init("key", "api-key", key="env:MY_KEY")
    environment = hooked.use("key", environment={"MY_KEY": UGLY})
    assert environment["ANTHROPIC_API_KEY"] == UGLY
    assert not list(hooked.program.compiled.glob("key.*"))


ODD = ("0", "_", "a.b", "a--b", "A_1.-", "x" * 64, "toml", "a.toml", "if", "off")


@pytest.mark.thorough
def test_every_valid_name_can_be_used_and_is_offered(hooked: Hooked) -> None:
    source = (hooked.program.profiles / "bedrock-prod.toml").read_text()
    for name in ODD:
        (hooked.program.profiles / f"{name}.toml").write_text(source)
    (hooked.program.profiles / "a.toml.tmp").write_text("")
    for name in ODD:
        assert hooked.use(name)["CCSETUP_PROFILE"] == name
    assert offered(hooked, "") == sorted([*ODD, "bedrock-prod", "vertex", "--off"])
    assert offered(hooked, "bedr") == ["bedrock-prod"]


def offered(hooked: Hooked, word: str) -> list[str]:
    """What the hook would complete `ccuse WORD` to."""
    match hooked.name:
        case "bash":
            words = f"COMP_WORDS=(ccuse '{word}') COMP_CWORD=1"
            script = f"{words}; __ccsetup_complete; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        case "zsh":  # compadd works within completion alone
            script = f"compadd() {{ shift; for word; do case $word in {word}*) print -r -- $word ;; esac; done }}\n"
            script += "__ccsetup_complete"
        case _:
            script = f"complete -C 'ccuse {word}'"
    return sorted(
        hooked.run(f"{script} > listed").err.splitlines() or (hooked.program.home / "listed").read_text().split()
    )


@pytest.mark.parametrize("folder", examples(("a b", UGLY, '"$(touch hit)"', "']", "-n", "\\", "a\n\nb\n", "*"), UGLY))
@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_folder_of_ccsetup_may_be_called_anything(name: str, folder: str, tmp_path: Path) -> None:
    program = Warm(tmp_path, {"CCSETUP_HOME": str(tmp_path / folder)})
    profiles = tmp_path / folder / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "p-1.toml").write_text('schema = 1\nsurface = "bedrock"\n[set]\nregion = "us-east-1"\n')
    program.ok("env", "p-1", "--shell", "sh")
    hooked = Hooked(name, program).load()
    if name in NO_PROCESS:
        hooked.trap()
    assert hooked.use("p-1")["AWS_REGION"] == "us-east-1"
    assert offered(hooked, "") == ["--off", "p-1"]
    assert not (tmp_path / "hit").exists()
    assert not (tmp_path / "called").exists()
