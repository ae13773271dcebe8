"""The commands that Claude Code runs for a profile: for its secret, and to sign in again."""

import os
import shlex

from ccsetup.profile.environment import EnvironmentChange
from ccsetup.providers.aws.config_files import profiles
from ccsetup.providers.google import config_files as google
from ccsetup.system import own_command
from ccsetup.system.system import System


def secret_command(name: str, system: System, arguments: list[str]) -> str:
    """What `apiKeyHelper` must run: by absolute path, since an editor's PATH is another. `arguments` are our own.

    The folder of the profiles goes with it where CCSETUP_HOME names one.
    """
    home = system.environment.get("CCSETUP_HOME")
    prefix = [f"CCSETUP_HOME={shlex.quote(str(system.config))}"] if home and os.name == "posix" else []
    return " ".join([*prefix, shlex.join([*own_command.program(arguments[0]), "key", name])])


def sign_in(change: EnvironmentChange, system: System) -> dict[str, str]:
    """{settings line: command} for a profile whose sign-in ends from time to time."""
    chosen = change.values.get("AWS_PROFILE")
    if isinstance(chosen, str):
        one = next((one for one in profiles(system, []) if one.name == chosen), None)
        if one is not None and one.sso_profile is not None:
            return {"awsAuthRefresh": shlex.join(["aws", "sso", "login", "--profile", one.sso_profile])}
    # Only gcloud's own file is renewed by gcloud; without a browser the command would only fail again.
    if change.values.get("CLAUDE_CODE_USE_VERTEX") and not change.values.get("GOOGLE_APPLICATION_CREDENTIALS"):
        adc = google.adc(system, [])
        if adc.state == "user" and not adc.named:
            return {"gcpAuthRefresh": "gcloud auth application-default login"}
    return {}
