"""An emulator of AWS that accepts a key says nothing about AWS, where Claude Code's messages go."""

from pathlib import Path

from ccsetup.lab.lab import Lab
from tests.agree.judge import judge
from tests.agree.kinds import BEDROCK
from tests.agree.lab import AgreeLab
from tests.agree.observe import furnish, observe
from tests.agree.world import World
from tests.support.client_runner import require_client


def test_key_that_only_an_emulator_knows_is_an_error(tmp_path: Path) -> None:
    require_client()
    with AgreeLab() as lab, Lab() as emulator:
        known = next(one for one in emulator.world.aws.identity if one.key and not one.token)
        keys = {"AWS_ACCESS_KEY_ID": known.key, "AWS_SECRET_ACCESS_KEY": known.secret}
        world = World(0, "bedrock", "here", {}, {**BEDROCK, **keys, "AWS_ENDPOINT_URL": emulator.url})
        site = furnish(world, tmp_path / "home", lab)
        observed = observe(world, site, lab)
        judgement = judge(world, site, observed)
    assert not observed.worked
    assert (judgement.verdict, judgement.root) == ("error", "aws-key-invalid"), judgement
