"""A keyring backend that keeps its entries in the JSON file which CCSETUP_TEST_KEYRING names.

Start the program with what `variables` returns to use it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

FILE = "CCSETUP_TEST_KEYRING"


def variables(file: Path) -> Mapping[str, str]:
    """The variables with which keyring takes this backend."""
    return {
        "PYTHON_KEYRING_BACKEND": f"{__name__}.Keyring",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        FILE: str(file),
    }


class Keyring(KeyringBackend):
    """{service: {entry: secret}}"""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        entries = self._entries()
        entries.setdefault(service, {})[username] = password
        self._file.write_text(json.dumps(entries))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        if entries.get(service, {}).pop(username, None) is None:
            raise PasswordDeleteError(username)
        self._file.write_text(json.dumps(entries))

    @property
    def _file(self) -> Path:
        return Path(os.environ[FILE])

    def _entries(self) -> dict[str, dict[str, str]]:
        entries: dict[str, dict[str, str]] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return entries
