"""AWS credentials in Claude Code's order, from botocore's providers, taken one at a time. `~/.aws` is never written.

Source: `fromNodeProviderChain` in the program of Claude Code 2.1.330, and its behaviour on loopback (2026-11-27).
"""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from ccsetup.providers.access import Access
from ccsetup.providers.aws import programs, signed_in, sources
from ccsetup.providers.aws.client_files import AwsFiles
from ccsetup.providers.aws.sources import ENV_KEYS, WEB, Source
from ccsetup.system import process, redact


class ExportNotRun(Exception):
    """A project's or local settings file names the command, which ccsetup never runs."""


class ClientProvider:
    """The credentials that Claude Code would sign with. A failure is kept, so that no program runs twice."""

    METHOD = CANONICAL_NAME = "claude-code"  # botocore asks for both

    def __init__(
        self,
        inner: Any,  # noqa: ANN401 - a session of botocore
        access: Access,
        files: AwsFiles,
        region: str,
        prompter: Callable[[str], str],
    ) -> None:
        self._inner = inner
        self._access = access
        self._files = files
        self._region = region
        self._prompter = prompter
        self._machine = {one.METHOD: one for one in inner.get_component("credential_provider").providers}
        self._lock = threading.Lock()
        self._outcome: tuple[Any, Exception | None] | None = None

    def load(self) -> Any:  # noqa: ANN401 - botocore's own type
        """Return the credentials; None if no source has any."""
        with self._lock:
            if self._outcome is None:
                try:
                    self._outcome = self._find(), None
                except Exception as error:
                    self._outcome = None, error
        credentials, failure = self._outcome
        if failure is not None:
            raise failure
        return credentials

    def _find(self) -> Any:  # noqa: ANN401, PLR0911 - one for each source
        environment = self._access.environment
        if exported := self._exported():
            return exported
        named = environment.get("AWS_PROFILE")
        if sources.env_keys_sign(environment):
            return self._env()
        later: Exception | None = None  # reported if no other source has credentials
        try:
            if credentials := self._of_profile(named or "default"):
                return credentials
        except _TryNext as error:
            later = error.reason
        if later is not None and (credentials := self._process_beside(named or "default")):
            return credentials
        if credentials := self._web_identity(self._region, sources.web_identity(environment)):
            return credentials
        if credentials := self._remote():
            return credentials
        if later is None and not named and any(environment.get(name) for name in ENV_KEYS):
            return self._env()  # botocore names the missing half
        if later is not None:
            raise later
        return None

    def _exported(self) -> Any:  # noqa: ANN401
        """Return the keys of `awsCredentialExport`; None, as for the client, if it is not set or fails."""
        if self._access.export is None:
            return None
        command, layer = self._access.export
        if layer:
            raise ExportNotRun(f"awsCredentialExport of a {layer} settings file: {command}")
        try:
            return make_credentials(lambda: programs.parse_export(self._output(command)), "awsCredentialExport")
        except programs.Refused:
            return None

    def _output(self, command: str) -> str:
        # The program may need variables that are masked in the profile's environment.
        environment = process.with_user_path({**self._access.environment, **os.environ})
        return programs.run_program(command, environment, self._access.home)

    def _of_profile(self, name: str) -> Any:  # noqa: ANN401
        from botocore import exceptions

        *roles, last = sources.chain(self._files.profiles, name)
        visited = [step.profile for step in (*roles, last)]
        if last.circle:
            raise _TryNext(exceptions.InfiniteLoopConfigError(source_profile=last.profile, visited_profiles=visited))
        if not roles and last.kind == "none":
            self._refuse_half(name)
            if name in self._files.profiles or not self._access.environment.get("AWS_PROFILE"):
                return None
            raise _TryNext(exceptions.ProfileNotFound(profile=name))
        credentials = self._source(last)
        if credentials is None:
            words = "must have credentials" if last.profile in self._files.profiles else "does not exist"
            raise _TryNext(exceptions.InvalidConfigError(error_msg=f'The source profile "{last.profile}" {words}.'))
        for step in reversed(roles):
            credentials = self._assume(step.profile, credentials)
        return credentials

    def _process_beside(self, name: str) -> Any:  # noqa: ANN401
        """Return the credentials of the profile's program, which the client tries after a role without a source."""
        command = self._files.profiles.get(name, {}).get("credential_process")
        is_tried = sources.chain(self._files.profiles, name)[0].kind == "process"
        with suppress(_TryNext):
            return self._process(command) if command and not is_tried else None

    def _refuse_half(self, name: str) -> None:
        from botocore.exceptions import PartialCredentialsError

        missing = {key.lower() for key in ENV_KEYS} - self._files.profiles.get(name, {}).keys()
        if len(missing) == 1:
            reason = PartialCredentialsError(provider="shared-credentials-file", cred_var=missing.pop())
            raise _TryNext(reason)

    def _source(self, step: Source) -> Any:  # noqa: ANN401, PLR0911 - one for each kind
        from botocore.credentials import Credentials

        values = self._files.profiles.get(step.profile, {})
        match step.kind:
            case "keys":
                place = self._files.line(step.profile, "aws_access_key_id")
                shared = place is not None and place[0] == self._files.credentials.path
                method = "shared-credentials-file" if shared else "config-file"
                key, secret = values["aws_access_key_id"], values["aws_secret_access_key"]
                return Credentials(key, secret, values.get("aws_session_token"), method=method)
            case "web":
                return self._web_identity(values.get("region") or self._region, values)
            case "process":
                return self._process(values["credential_process"])
            case "sso":
                return self._sso(step.profile)
            case "login":
                return self._login(values["login_session"])
            case "named":
                return self._named(values["credential_source"], step.profile)
            case _:
                return None

    def _assume(self, name: str, source: Any) -> Any:  # noqa: ANN401
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials, _local_now

        values = self._files.profiles[name]
        known = {"RoleSessionName": "role_session_name", "ExternalId": "external_id", "SerialNumber": "mfa_serial"}
        arguments: dict[str, Any] = {to: values[key] for to, key in known.items() if key in values}
        if values.get("duration_seconds", "").isdecimal():
            arguments["DurationSeconds"] = int(values["duration_seconds"])
        region = values.get("region") or self._region
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=partial(self._inner.create_client_for_credentials, region_name=region),
            source_credentials=source,
            role_arn=values["role_arn"],
            extra_args=arguments,
            mfa_prompter=self._prompter,
            cache={},
        )
        return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role", _local_now)

    def _web_identity(self, region: str, values: Mapping[str, str | None]) -> Any:  # noqa: ANN401
        from botocore.credentials import AssumeRoleWithWebIdentityProvider

        if not values.get("web_identity_token_file") or not values.get("role_arn"):
            return None
        given = {key: values[key] for key in WEB if values.get(key)}
        return AssumeRoleWithWebIdentityProvider(
            load_config=lambda: {"profiles": {"default": given}},
            client_creator=partial(self._inner.create_client_for_credentials, region_name=region),
            profile_name="default",
            cache={},
            disable_env_vars=True,
        ).load()

    def _process(self, command: str) -> Any:  # noqa: ANN401
        from botocore import exceptions

        def fetch() -> programs.Keys:
            return programs.parse_process(self._output(command), self._access.now)

        try:
            return make_credentials(fetch, "custom-process")
        except programs.ProcessOutputExpired as error:
            raise _TryNext(error) from error
        except programs.Refused as error:
            reason = exceptions.CredentialRetrievalError(provider="custom-process", error_msg=f"{error} ({command})")
            raise _TryNext(reason) from error

    def _sso(self, name: str) -> Any:  # noqa: ANN401
        from botocore import exceptions
        from botocore.credentials import SSOProvider
        from botocore.tokens import SSOTokenProvider

        session = "sso_session" in self._files.profiles.get(name, {})
        cache = signed_in.TokenCache(self._access.home / ".aws" / "sso" / "cache", self._access.now, session=session)
        credentials = SSOProvider(
            load_config=lambda: self._inner.full_config,
            client_creator=self._inner.create_client_for_credentials,
            profile_name=name,
            cache={},
            token_cache=cache,
            token_provider=SSOTokenProvider(self._inner, cache=cache, profile_name=name),
        ).load()
        if credentials is None:
            missing = "sso_account_id, sso_role_name"
            message = f'The profile "{name}" is configured to use SSO but is missing required configuration: {missing}'
            raise exceptions.InvalidConfigError(error_msg=message)
        return credentials

    def _login(self, session: str) -> Any:  # noqa: ANN401
        from botocore.credentials import Credentials

        access = self._access
        keys = signed_in.read_login(session, access.environment, access.home, access.now)
        return Credentials(keys.key_id, keys.secret, keys.token, method="login")

    def _named(self, source: str, profile: str) -> Any:  # noqa: ANN401
        """Return the credentials of a `credential_source`."""
        from botocore import exceptions

        methods = {"EcsContainer": "container-role", "Ec2InstanceMetadata": "iam-role"}
        if source == "Environment":
            found = self._env() if sources.has_env_keys(self._access.environment) else None
        elif source in methods:
            found = self._remote(methods[source])
        else:
            message = f'The credential source "{source}" referenced in profile "{profile}" is not valid.'
            raise _TryNext(exceptions.InvalidConfigError(error_msg=message))
        if found is None:
            message = f"No credentials found in credential_source referenced in profile {profile}"
            raise _TryNext(exceptions.CredentialRetrievalError(provider=source, error_msg=message))
        return found

    def _env(self) -> Any:  # noqa: ANN401
        from botocore.credentials import EnvProvider

        # Neither AWS_SECURITY_TOKEN nor AWS_CREDENTIAL_EXPIRATION, which the client does not follow (seen on 2.1.332).
        read = {"token": "AWS_SESSION_TOKEN", "expiry_time": ""}
        return EnvProvider(self._access.environment, read).load()

    def _remote(self, method: str | None = None) -> Any:  # noqa: ANN401
        """Return the credentials of the container or the instance."""
        environment = self._access.environment
        if method != "iam-role":
            container = self._machine["container-role"]
            container._environ = sources.for_container(environment)
            if method or sources.container(environment):
                return container.load()
        if environment.get("AWS_EC2_METADATA_DISABLED", "false") != "false" and method is None:
            return None
        return self._machine["iam-role"].load()


def make_credentials(fetch: Callable[[], programs.Keys], method: str) -> Any:  # noqa: ANN401
    """Return botocore's credentials for a program's keys; `fetch` runs it again when they expire."""
    from botocore.credentials import Credentials, RefreshableCredentials

    def metadata(keys: programs.Keys) -> dict[str, Any]:
        return {
            "access_key": keys.key_id,
            "secret_key": keys.secret,
            "token": keys.token,
            "expiry_time": keys.expires.isoformat() if keys.expires else None,
        }

    keys = fetch()
    redact.note(keys.secret)
    redact.note(keys.token or "")
    if keys.expires is None:
        return Credentials(keys.key_id, keys.secret, keys.token, method=method)
    return RefreshableCredentials.create_from_metadata(metadata(keys), lambda: metadata(fetch()), method)


class _TryNext(Exception):
    """A failure after which the client tries the next source."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason
