"""The commands that Claude Code runs for a profile: to get its secret and to renew its sign-in."""

import os
import shlex

from ccsetup.profile.environment import EnvironmentChange
from ccsetup.providers.aws.config_files import profiles
from ccsetup.providers.google import config_files as google
from ccsetup.system import own_command
from ccsetup.system.system import System


def secret_command(name: str, system: System, arguments: list[str]) -> str:
    """Return the command for `apiKeyHelper`. `arguments` are this process's own (`sys.argv`).

    It has the absolute path, since an editor may have another PATH, and sets CCSETUP_HOME if that is set here.
    """
    home = system.environment.get("CCSETUP_HOME")
    prefix = [f"CCSETUP_HOME={shlex.quote(str(system.config))}"] if home and os.name == "posix" else []
    return " ".join([*prefix, shlex.join([*own_command.program(arguments[0]), "key", name])])


def sign_in(change: EnvironmentChange, system: System) -> dict[str, str]:
    """Return {settings line: command} that renews a sign-in that expires; empty if the profile has no such sign-in."""
    chosen = change.values.get("AWS_PROFILE")
    if isinstance(chosen, str):
        profile = next((profile for profile in profiles(system, []) if profile.name == chosen), None)
        if profile is not None and profile.sso_profile is not None:
            return {"awsAuthRefresh": shlex.join(["aws", "sso", "login", "--profile", profile.sso_profile])}
    # gcloud renews only its own file; without a browser the command would fail again.
    if change.values.get("CLAUDE_CODE_USE_VERTEX") and not change.values.get("GOOGLE_APPLICATION_CREDENTIALS"):
        adc = google.adc(system, [])
        if adc.state == "user" and not adc.named:
            return {"gcpAuthRefresh": "gcloud auth application-default login"}
    return {}
