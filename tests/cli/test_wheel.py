"""The wheel as a user installs it: complete, and deaf to what lies around."""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from ccsetup import __version__
from ccsetup.commands.registry import COMMANDS

ROOT = Path(__file__).parents[2]
DATA = f"ccsetup-{__version__}.data"  # what goes beside the package: the man page
HOSTILE = "raise SystemExit('a stranger was imported')\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # Without isolation: the build back-end is in the test environment already.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, from the wheel, in an environment of its own that borrows this one's dependencies."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    theirs = Path(sys.executable).parent.parent
    # Dependencies by name, so that the editable checkout of this environment is not among them.
    for path in next(theirs.glob("lib/python*/site-packages")).iterdir():
        if "ccsetup" not in path.name and not path.name.endswith(".pth") and not (site / path.name).exists():
            (site / path.name).symlink_to(path)
    return folder / "bin" / "python"


def run(python: Path, *arguments: str, cwd: Path, **extra: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.defpath, "HOME": str(cwd), "LANG": "C.UTF-8", **extra}
    command = [str(python), "-c", "import sys; sys.argv[0] = 'ccsetup'; from ccsetup.__main__ import main; main()"]
    return subprocess.run([*command, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_carries_every_surface_and_page(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("profiles", "checks"):
        for path in (ROOT / folder).iterdir():
            assert f"ccsetup/_content/{folder}/{path.name}" in names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"ccsetup", DATA}


def test_man_page_of_the_wheel_has_every_command_and_is_valid(wheel: Path, tmp_path: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    assert [name for name in archive.namelist() if name.startswith(DATA)] == [f"{DATA}/data/share/man/man1/ccsetup.1"]
    text = archive.read(f"{DATA}/data/share/man/man1/ccsetup.1").decode()
    assert [line[4:] for line in text.splitlines() if line.startswith(".SS ")] == [one.name for one in COMMANDS]
    assert f'"ccsetup {__version__}"' in text
    page = tmp_path / "share" / "man" / "man1" / "ccsetup.1"
    page.parent.mkdir(parents=True)
    page.write_text(text)
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", page], capture_output=True, text=True, check=True)
        assert done.stderr == ""
    if shutil.which("man"):  # finds a page beside the folder of a program, as in an environment of pip
        (tmp_path / "bin").mkdir()
        around = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path), "MANWIDTH": "80"}
        shown = subprocess.run(["man", "ccsetup"], env=around, capture_output=True, text=True, check=True).stdout
        assert max(map(len, re.sub(".\b", "", shown).splitlines())) <= 80
        assert "ccsetup init bedrock-prod" in shown


def test_the_wheel_works_alone(installed: Path, tmp_path: Path) -> None:
    made = run(
        installed,
        "init",
        "p",
        "--surface",
        "bedrock",
        "--set",
        "region=us-east-1",
        "--yes",
        "--no-verify",
        cwd=tmp_path,
    )
    assert made.returncode == 0, made.stderr
    assert "AWS_REGION='us-east-1'" in run(installed, "env", "p", cwd=tmp_path).stdout
    assert "settings-override" in run(installed, "explain", cwd=tmp_path).stdout
    assert "ExecStart=" in run(installed, "schedule", "--with", "systemd", "--print", cwd=tmp_path).stdout


@pytest.mark.thorough
def test_a_hostile_path_and_working_folder_change_nothing(installed: Path, tmp_path: Path) -> None:
    """A user's own `profiles` and `checks` packages, on PYTHONPATH and in the working folder."""
    hostile = tmp_path / "hostile"
    for name in ("profiles", "checks", "tests", "lab"):
        (hostile / name).mkdir(parents=True)
        (hostile / name / "__init__.py").write_text(HOSTILE)
        (hostile / f"{name}.toml").write_text("hostile = true")
    (hostile / "profiles" / "bedrock.toml").write_text("hostile = true")
    arguments = ("init", "p", "--surface", "bedrock", "--set", "region=us-east-1", "--yes", "--no-verify")
    environment = {"PYTHONPATH": str(hostile), "CCSETUP_HOME": str(tmp_path / "own")}
    made = run(installed, *arguments, cwd=hostile, **environment)
    assert made.returncode == 0, made.stderr
    shown = run(installed, "env", "p", "--shell", "json", cwd=hostile, **environment)
    assert '"AWS_REGION":"us-east-1"' in shown.stdout
