"""gcloud's configurations and the application default credentials, without waiting for a metadata server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ccsetup.providers.google import adc_source as default
from ccsetup.system import lenient, presence
from ccsetup.system.system import System

State = Literal["none", "user", "service-account", "external", "impersonated", "metadata", "missing", "unreadable"]
_STATES: dict[str, State] = {
    "authorized_user": "user",
    "service_account": "service-account",
    "external_account": "external",
    "external_account_authorized_user": "external",
    "impersonated_service_account": "impersonated",
}
_PROJECTS = ("ANTHROPIC_VERTEX_PROJECT_ID", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configuration of gcloud."""

    name: str
    account: str | None
    project: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Adc:
    """The credentials that a Google library would use. `named`: by GOOGLE_APPLICATION_CREDENTIALS, not gcloud's own."""

    state: State
    path: Path | None = None
    named: bool = False
    account: str | None = None
    project: str | None = None
    quota_project: str | None = None

    @property
    def usable(self) -> bool:
        return self.state not in ("none", "missing", "unreadable")


def configurations(system: System, notes: list[str]) -> tuple[Configuration, ...]:
    """gcloud's configurations, the active one first."""
    folder = Path(system.environment.get("CLOUDSDK_CONFIG") or system.home / ".config" / "gcloud")
    active = system.environment.get("CLOUDSDK_ACTIVE_CONFIG_NAME") or (
        (lenient.read_text(folder / "active_config", notes) or "").strip() or "default"
    )
    configurations = []
    for path in _listed(folder / "configurations"):
        core = lenient.read_sections(path, notes).get("core", {})
        name = path.name.removeprefix("config_")
        configurations.append(Configuration(name, core.get("account"), core.get("project"), name == active))
    return tuple(sorted(configurations, key=lambda configuration: (not configuration.active, configuration.name)))


def adc(system: System, notes: list[str]) -> Adc:
    """The state of the application default credentials."""
    named = bool(default.named_file(system.environment))
    try:
        path = default.credentials_file(system.environment, system.home)
        if path is None:
            return Adc("metadata" if default.on_google(system.environment) else "none")
        if not presence.exists(path):
            return Adc("missing", path, named)
    except OSError as error:
        notes.append(f"gcloud's folder cannot be read: {error.strerror}")
        return Adc("unreadable", None, named)
    content = default.as_client_reads(lenient.read_json(path, notes))
    return Adc(
        _STATES.get(lenient.text_value(content, "type") or "", "unreadable"),
        path,
        named,
        lenient.text_value(content, "client_email") or lenient.text_value(content, "account"),
        lenient.text_value(content, "project_id"),
        system.environment.get("GOOGLE_CLOUD_QUOTA_PROJECT") or lenient.text_value(content, "quota_project_id"),
    )


def projects(system: System, found: tuple[Configuration, ...], credentials: Adc) -> tuple[str, ...]:
    """Every project named in the environment or the files, most likely first."""
    named = [system.environment.get(name) for name in _PROJECTS]
    named += [configuration.project for configuration in found]
    named += [credentials.project, credentials.quota_project]
    return tuple(dict.fromkeys(project for project in named if project))


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("config_*"))
    except OSError:
        return []
