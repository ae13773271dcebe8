"""HOME must lead to a folder; what does not is reported in one line, before anything is read or written."""

from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.selection import examples
from tests.support.warm import Warm


@pytest.mark.parametrize("command", [("list",), ("status",), ("env", "prod"), ("doctor", "--here", "--offline")])
@pytest.mark.parametrize("home", examples(("/dev/null", "{}/file", "{}/file/below", "{}/link"), "{}/file"))
def test_home_that_is_no_folder_is_refused(tmp_path: Path, home: str, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("file")
    done = Warm(tmp_path).run(*command, environment={"HOME": home.format(tmp_path)})
    assert done.code == 2
    assert done.err.splitlines()[0] == "ccsetup: HOME is not a folder"
    assert "chmod" not in done.err
    assert len(done.err.splitlines()) == 2


def test_home_that_does_not_exist_yet_is_made(tmp_path: Path) -> None:
    program: Program = Warm(tmp_path, {"HOME": str(tmp_path / "new")})
    program.init("prod", "vertex", project="my-project", location="global")
    assert "prod" in program.ok("list").out
