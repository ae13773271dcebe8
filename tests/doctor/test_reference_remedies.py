"""What to do about a secret depends on where the profile keeps it: `ccsetup key --set` only stores in the keyring."""

from pathlib import Path

import pytest

from ccsetup.knowledge.pages import load_page
from tests.support.answering import Answering
from tests.support.examined import a_profile, examined

KEY = "sk-ant-api03-" + "b" * 95
REFUSED = '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}'
SET = "ccsetup key"


def remedy(
    home: Path, reference: str, variables: dict[str, str], base: str, *, offline: bool = False
) -> tuple[str | None, str]:
    profile = a_profile("api-key", set={"key": reference, "base_url": base})
    around = {"HOME": str(home), "PATH": "/usr/bin:/bin", **variables}
    report = examined(home, around, {"p": profile}, offline=offline)["p"]
    (finding,) = [one for one in report.findings if one.check == report.root]
    return report.root, "\n".join(load_page(finding.check).filled(finding.facts)[1].commands)


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        ("env:NOT_SET", "export NOT_SET"),
        ("env:EMPTY", "export EMPTY"),
        ("file:/gone/key", "/gone/key"),
        ("file:/etc", "/etc"),
        ("keyring:", SET),
    ],
)
def test_remedy_for_a_missing_secret_fits_its_reference(tmp_path: Path, reference: str, wanted: str) -> None:
    root, commands = remedy(tmp_path, reference, {"EMPTY": ""}, "http://127.0.0.1:9", offline=True)
    assert root in ("secret-missing", "keyring-unavailable")
    if root == "secret-missing":
        assert wanted in commands
        assert (SET in commands) is (wanted == SET)


@pytest.mark.parametrize("kind", ["env", "file"])
def test_remedy_for_a_refused_key_fits_its_reference(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "my key"
    file.touch(0o600)
    file.write_text(KEY)
    reference, wanted = {"env": ("env:MY_KEY", "export MY_KEY"), "file": (f"file:{file}", f"'{file}'")}[kind]
    with Answering() as server:
        server.answer = lambda _: (401, {"content-type": "application/json"}, REFUSED)
        root, commands = remedy(tmp_path, reference, {"MY_KEY": KEY}, server.url)
    assert root in ("api-key-rejected", "gateway-key-rejected")
    assert wanted in commands
    assert SET not in commands
    assert KEY not in commands
