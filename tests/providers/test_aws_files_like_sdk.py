"""Random AWS files, read by us and by the package of the AWS SDK that Claude Code contains."""

import json
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccsetup.providers.aws import client_files
from tests.support.client_runner import CLIENT_FOLDER, require_client

PAIRS = 400  # of a config and a credentials file

HEADERS = [
    *("[default]", "[profile default]", "[profile a]", "[profile 'a b']", '[profile "a"]', "[ profile a ]"),
    *("[profile  a]", "[profile a] ; note", "[a]", "[sso-session s]", "[services x]", "[sso-session a/b]"),
    *("[Profile a]", "[profile]", "[profile ]", "[profile\ta]", "[profile\u00a0a]", "[profile a@b]", "[profile é]"),
    *("[[default]]", "[default", "a]", "[default]x", "[a]b=c]", "[profile a.b]"),
    "\ufeff[default]",
]
LINES = [
    *("aws_access_key_id = AK", "aws_secret_access_key=s", "region=us-east-1", " region = eu-west-1", "\tregion = x"),
    *("s3 =", "s3=", "  max = 5", "  path = x", "sub=", "key==v", "=v", "k", "k =", "a=b=c", "a = b # c", "a = b #c"),
    *("a=b#c", "a=b;c", "# note", "; note", "  # note", " ;c", "\u00a0region=z", "region=\u00a0q", 'a = "q"', "", " "),
    *("k\u2028v=1", "\x85a=b", "\x1ca=b", "a\x0b=\x0cb", "key = va\rlue", "é=ü", "toString=1", "__proto__=x", "region"),
    *("constructor = y", "services = x", "sso_session = s", "sso_start_url = https://example.invalid/start#/"),
]
ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\u2028"]
READ = """
const loader = require("@smithy/shared-ini-file-loader");
const files = JSON.parse(require("fs").readFileSync(0, "utf8"));
(async () => {
  const read = [];
  for (const [configFilepath, filepath] of files) {
    const where = {configFilepath, filepath, ignoreCache: true};
    read.push([await loader.parseKnownFiles(where), await loader.loadSsoSessionData(where)]);
  }
  process.stdout.write(JSON.stringify(read));
})();
"""


def random_file(chance: random.Random) -> str:
    """Return a file of a few headers and lines in any order, some with a character too many."""
    text = ""
    for _ in range(chance.randint(0, 9)):
        line = chance.choice(HEADERS if chance.random() < 0.4 else LINES)
        if chance.random() < 0.1:
            at = chance.randint(0, len(line))
            line = line[:at] + chance.choice("[]#;= \t\"'.%\\\u00a0\ufeff") + line[at:]
        text += line + chance.choice(ENDS)
    return text


def compared(sections: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return the sections that have a value, without those of other kinds, which the SDK lists among the profiles."""
    others = ("sso-session.", "services.")
    return {name: dict(values) for name, values in sections.items() if values and not name.startswith(others)}


@pytest.mark.parametrize("seed", range(3))
def test_random_files_are_read_as_the_sdk_reads_them(tmp_path: Path, seed: int) -> None:
    require_client()  # `make client` installs both
    chance = random.Random(seed)
    pairs = []
    for number in range(PAIRS):
        pair = tmp_path / f"config-{number}", tmp_path / f"credentials-{number}"
        for path in pair:
            path.write_text(random_file(chance), encoding="utf-8", newline="")
        pairs.append(pair)
    files = json.dumps([[str(path) for path in pair] for pair in pairs])
    done = subprocess.run(
        ["node", "--eval", READ],
        input=files,
        capture_output=True,
        text=True,
        check=True,
        cwd=CLIENT_FOLDER,
        timeout=60,
    )
    for (config, credentials), (profiles, sessions) in zip(pairs, json.loads(done.stdout), strict=True):
        named = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
        ours = client_files.read_files(named, tmp_path)
        written = f"{config.read_bytes()!r} and {credentials.read_bytes()!r}"
        assert compared(ours.profiles) == compared(profiles), written
        assert compared(ours.sessions) == compared(sessions), written
