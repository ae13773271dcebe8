"""A draft of a profile: from the answers of flags or the wizard to a checked and saved file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ccsetup.doctor import prepare
from ccsetup.doctor.probes import accepted
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.report import Report
from ccsetup.doctor.run import examine
from ccsetup.knowledge import pages, secret_shapes
from ccsetup.knowledge.ask import Ask
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile import environment, store
from ccsetup.profile.insecure import find_insecure
from ccsetup.profile.profile import ALLOW_HTTP, Profile, absolute_path, check_name, owned_references, refuse_owned
from ccsetup.profile.vault import Vault
from ccsetup.providers import regions
from ccsetup.providers.access import Access, Failed, is_network, scrub
from ccsetup.providers.catalogue import Listing
from ccsetup.system import console, files
from ccsetup.system.errors import USAGE, UserError
from ccsetup.system.secret import Secret
from ccsetup.system.spelling import suggest
from ccsetup.wizard import verify
from ccsetup.workspace import Workspace

KEYRING = "keyring:"  # the reference to the profile's own keyring entry
REPLACES = "`init --force` replaces it"


@dataclass(slots=True)
class Draft:
    """The settings so far, by table of the profile, and the secrets not yet in the keyring, by setting.

    With `private_files` they go into private files if this machine has no usable keyring.
    """

    name: str
    surface: str
    set: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    expect: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    private_files: bool = False

    def secret_question(self, surface: Surface) -> Ask | None:
        """Return the setting for the secret on standard input: the one stored in the profile's own keyring entry, else
        the surface's."""
        own = (ask for ask in surface.ask if ask.secret and self.set.get(ask.name) == KEYRING)
        return next(own, surface.secret)

    def text(self) -> bytes:
        return store.compose(self.surface, self.set, self.models, self.env, self.expect)


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying a draft.

    `failure` is None if the provider answered. `examined` has the results of doctor's free checks. If `errors` is
    empty, the draft can be saved.
    """

    verified: verify.Verified | None
    failure: Failed | None
    examined: Report | None = None

    @property
    def is_verified(self) -> bool:
        """Whether the provider listed its models and accepted the credential."""
        unchecked = {result.check for result in self.examined.broken} if self.examined else set()
        return self.verified is not None and accepted.NAME not in unchecked

    @property
    def could_not_look(self) -> bool:
        """Whether the provider could not be checked (no network, a limit, a denied listing), as opposed to a problem
        found."""
        if self.failure is None or self.lists_nothing:
            return bool(self.errors) and all(is_network(finding.check) for finding in self.errors)
        return (
            self.failure.status == "unreachable"
            or pages.load_page(self.failure.finding.check).head.severity == "warning"
        )

    @property
    def lists_nothing(self) -> bool:
        """Whether the provider has no listing, which is not a fault."""
        return self.failure is not None and pages.load_page(self.failure.finding.check).head.severity == "info"

    @property
    def errors(self) -> tuple[Finding, ...]:
        if self.failure is not None and not self.lists_nothing:
            return (self.failure.finding,)
        errors = self.verified.errors if self.verified else ()
        findings = self.examined.findings if self.examined else ()
        slugs = {finding.check for finding in errors}
        return (*errors, *(item for item in findings if item.weight == "error" and item.check not in slugs))

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Warnings of doctor's free checks, which do not prevent saving."""
        return (
            tuple(finding for finding in self.examined.findings if finding.weight == "warning") if self.examined else ()
        )


@contextmanager
def _without_unsaved(workspace: Workspace, name: str) -> Iterator[None]:
    """Leave commands for a profile that does not exist yet out of a refusal."""
    try:
        yield
    except UserError as error:
        if not workspace.store.exists(name):
            error.hints = pages.without_profile(error.hints, name)
        raise


def check_draft(workspace: Workspace, draft: Draft) -> Profile:
    """Return the draft as a profile. Raises UserError in terms of flags, since there is no file yet."""
    with _without_unsaved(workspace, draft.name):
        return _check_draft(workspace, draft)


def _check_draft(workspace: Workspace, draft: Draft) -> Profile:
    check_name(draft.name)
    surface = workspace.knowledge.surface(draft.surface)
    order = [*(ask.name for ask in surface.ask), ALLOW_HTTP]
    draft.set = {key: draft.set[key] for key in sorted(draft.set, key=order.index)}  # the same answers, the same file
    for ask in surface.ask:
        if ask.required and ask.name not in draft.set:
            raise UserError(
                f"init needs --set {ask.name}=… for surface {draft.surface}",
                (ask.text, f"see: ccsetup surfaces {draft.surface}"),
            )
    for ask in surface.ask:
        if ask.path and ask.name in draft.set:
            draft.set[ask.name] = absolute_path(ask.name, draft.set[ask.name], str(workspace.system.home))
    if surface.ids:  # a gateway's own names may have blanks
        _refuse_blanks(draft)
    try:
        refuse_owned(draft.set, workspace.knowledge)
        profile = workspace.store.read(draft.name, draft.text())
    except UserError as error:  # no file exists yet
        raise UserError(
            error.message.removeprefix(f"{workspace.store.path(draft.name)}: ")
            .replace("key set.", "--set ")
            .replace("set.", "--set "),
            _hints(draft, surface) if any("fix it in" in hint for hint in error.hints) else error.hints,
        ) from error
    if finding := find_insecure(draft.name, profile, workspace.knowledge, str(workspace.system.home)):
        raise pages.Explained(finding, USAGE)
    return profile


def _refuse_blanks(draft: Draft) -> None:
    for key, pin in draft.models.items():
        if len(pin.split()) > 1:
            raise UserError(
                f"--set models.{key}: {pin!r} contains a space, and model ids have none",
                "copy the id from the provider's list; without the tier, init pins the newest",
            )


def _hints(draft: Draft, surface: Surface) -> tuple[str, ...]:
    """What to do about a malformed setting: the nearest region or value, and where the settings are listed."""
    wrong = [(ask, value) for ask in surface.ask if (value := draft.set.get(ask.name)) and not ask.accepts(value)]
    near = [regions.nearest(draft.surface, ask.name, value) or suggest(value, ask.one_of)
            for ask, value in wrong if not ask.secret]  # fmt: skip
    return (*filter(None, near), _see(draft))


def _see(draft: Draft) -> str:
    return f"see: ccsetup surfaces {draft.surface}"


def access(workspace: Workspace, draft: Draft, profile: Profile) -> Access:
    """Return the draft's access to its provider.

    The draft's own references are trusted, since the user has just entered them. Keyring entries under its name belong
    to an earlier profile and are not used.
    """
    secrets = dict(draft.secrets)
    references = {
        answer: reference for answer, reference in workspace.references(profile).items() if answer not in secrets
    }
    system = workspace.system

    def usable(entry: str) -> bool:
        return not entry.startswith(f"{draft.name}/") and workspace.entries.usable_entry(entry)

    secrets |= Vault(system.environment, system.home, lambda *_: True, usable).fetch(draft.name, references)
    change = environment.change(draft.name, profile, workspace.knowledge, home=str(system.home), secrets=secrets)
    child = workspace.effective_environment(change)
    export = workspace.credential_export(change)
    return Access(draft.name, profile, secrets, child, system.home, system.now(), export=export)


def verify_draft(workspace: Workspace, draft: Draft, profile: Profile) -> Verification:
    """Query the provider; on success the draft gets its pins and prefix."""
    scrub(workspace.knowledge)
    with _without_unsaved(workspace, draft.name):
        draft_access = access(workspace, draft, profile)
    try:
        with console.busy(f"listing models for {draft.name}"):
            sent_id = partial(workspace.sent_id, draft.name, profile)
            result = verify.verify(draft_access, workspace.knowledge.shared.aliases, sent_id)
    except Failed as error:
        failed = Verification(None, error)
        return replace(failed, examined=_run_checks(workspace, draft_access, None)) if failed.lists_nothing else failed
    workspace.catalogues.keep(draft.name, profile, result.listing)
    complete = verify.complete_profile(profile, result)
    draft.set, draft.models = dict(complete.set), dict(complete.models)
    return Verification(result, None, _run_checks(workspace, replace(draft_access, profile=complete), result.listing))


def _run_checks(workspace: Workspace, access: Access, listing: Listing | None) -> Report:
    """Run doctor's free checks of the provider, with the known listing; None if it has none."""
    case = prepare.prepare_draft(workspace, access, listing)
    with console.busy(f"examining {access.name}"):
        reports = examine(PROBES, {access.name: lambda: case})
    return reports[0]


def save(workspace: Workspace, draft: Draft, *, force: bool, pending: tuple[Finding, ...] = ()) -> None:
    """Save the secret first, then the profile, so that no profile is saved without its secret."""
    with _without_unsaved(workspace, draft.name), workspace.store.lock():
        if not force:
            workspace.store.refuse_taken(draft.name, REPLACES)
        try:
            _save(workspace, draft, {})
        except pages.Explained as error:
            if error.finding.check != "keyring-unavailable" or not draft.private_files:
                raise
            _save(workspace, draft, name_private_files(workspace, draft))
        if pending:
            workspace.pending.mark(draft.name, [finding.check for finding in pending])
        else:
            workspace.pending.clear(draft.name)
        workspace.sweep()


def name_private_files(workspace: Workspace, draft: Draft) -> dict[str, Path]:
    """Have the draft refer to new private files for its secrets; return {setting: file}. `save` writes them."""
    paths = {answer: workspace.entries.new_file(draft.name, answer) for answer in draft.secrets}
    draft.set |= {answer: f"file:{path}" for answer, path in paths.items()}
    return paths


def _save(workspace: Workspace, draft: Draft, paths: Mapping[str, Path]) -> None:
    """Store the secrets in the keyring, or those of `paths` in private files, and save the profile."""
    home = str(workspace.system.home)
    text = draft.text()
    profile = workspace.store.read(draft.name, text)
    new = {answer: secret for answer, secret in draft.secrets.items() if answer not in paths}
    known = (*workspace.stored_answers(draft.name), *workspace.own_entries(profile))
    with workspace.entries.replacing(draft.name, new=new, known=known):
        for answer, path in paths.items():
            files.private_folder(path.parent)
            files.write(path, draft.secrets[answer].reveal().encode())
        if workspace.trust.is_imported(draft.name):  # the replaced profile, while its file still exists
            workspace.trust.allow(draft.name, text)
        workspace.store.save(draft.name, text)
        workspace.store.draft(draft.name).unlink(missing_ok=True)  # a pending edit of the replaced profile
        workspace.trust.forget(draft.name)  # this profile was written here
        workspace.trust.record(draft.name, workspace.to_record(profile))
    for answer in new:
        console.say(f"the {answer} is in this machine's keyring")
    for answer, path in paths.items():
        console.say(console.redact(f"no keyring here: {path} holds the {answer}, readable by you alone", home))


def move_owned(workspace: Workspace, draft: Draft) -> None:
    """Move secrets from variables that ccsetup owns into the keyring, since the next switch would unset the
    variables."""
    for answer, variable in owned_references(draft.set, workspace.knowledge).items():
        value = secret_shapes.trim(workspace.system.environment.get(variable, ""))
        if value:
            draft.secrets[answer] = Secret(value)
            draft.set[answer] = KEYRING
            draft.private_files = True
