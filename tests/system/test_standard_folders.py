"""The folders that are computed without platformdirs are those of platformdirs."""

import itertools
import sys
from pathlib import Path

import platformdirs
import pytest

from ccsetup.system.standard_folders import standard_folders

NAMES = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")


@pytest.mark.skipif(sys.platform == "win32", reason="platformdirs alone knows")
def test_folders_are_those_of_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    for home, given in itertools.product(("/home/x", "/home/x/", "/"), ("", " ", "/a/b", "/a/b/", "a/b", "~/c")):
        monkeypatch.setenv("HOME", home)
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
            if given:
                monkeypatch.setenv(name, given)
        expected = (
            platformdirs.user_config_path("ccsetup", appauthor=False),
            platformdirs.user_cache_path("ccsetup", appauthor=False),
            platformdirs.user_state_path("ccsetup", appauthor=False),
        )
        environment = {"HOME": home, **(dict.fromkeys(NAMES, given) if given else {})}
        found = standard_folders(environment)
        assert found is None or tuple(map(Path, found)) == expected
    assert standard_folders({"HOME": "/home/x"}) is not None
