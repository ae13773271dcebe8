"""A profile in the making: from answers, by flags or by the wizard, to a checked and saved file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ccsetup.doctor import prepare
from ccsetup.doctor.probes.order import PROBES
from ccsetup.doctor.report import Report
from ccsetup.doctor.run import examine
from ccsetup.knowledge import pages, secret_shapes
from ccsetup.knowledge.pages import Finding
from ccsetup.knowledge.surfaces import Ask, Surface
from ccsetup.profile import environment, store
from ccsetup.profile.insecure import find_insecure
from ccsetup.profile.profile import ALLOW_HTTP, Profile, absolute, check_name, owned_references, refuse_owned
from ccsetup.profile.vault import Vault
from ccsetup.providers.access import Access, Failed, is_network, scrub
from ccsetup.providers.catalogue import Listing
from ccsetup.system import console, files
from ccsetup.system.errors import USAGE, UserError
from ccsetup.system.secret import Secret
from ccsetup.wizard import verify
from ccsetup.workspace import Workspace

KEYRING = "keyring:"  # the reference to the profile's own entry
REPLACES = "`init --force` replaces it"


@dataclass(slots=True)
class Draft:
    """Answers so far, by table of the profile, and the secrets that are not in the keyring yet, by answer.

    With `private_files` they go into private files where this machine has no usable keyring.
    """

    name: str
    surface: str
    set: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    expect: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    private_files: bool = False

    def held(self, surface: Surface) -> Ask | None:
        """What standard input answers: the question whose answer is this profile's own entry in the keyring, else the
        usual one."""
        own = (ask for ask in surface.ask if ask.secret and self.set.get(ask.name) == KEYRING)
        return next(own, surface.secret)

    def text(self) -> bytes:
        return store.compose(self.surface, self.set, self.models, self.env, self.expect)


@dataclass(frozen=True, slots=True)
class Verification:
    """What verification says: what was chosen, what would not work, why nobody could be asked.

    `failure` is None when the provider answered. `examined` is what doctor's free checks found. `errors` is empty when
    nothing stands against saving.
    """

    verified: verify.Verified | None
    failure: Failed | None
    examined: Report | None = None

    @property
    def could_not_look(self) -> bool:
        """Whether nobody could be asked, rather than something found wrong: no network, a limit, a denied listing."""
        if self.failure is None:
            return bool(self.errors) and all(is_network(finding.check) for finding in self.errors)
        return (
            self.failure.status == "unreachable"
            or pages.load_page(self.failure.finding.check).head.severity == "warning"
        )

    @property
    def errors(self) -> tuple[Finding, ...]:
        if self.failure is not None:
            severity = pages.load_page(self.failure.finding.check).head.severity
            return (self.failure.finding,) if severity != "info" else ()
        found = self.verified.errors if self.verified else ()
        more = self.examined.findings if self.examined else ()
        said = {finding.check for finding in found}
        return (*found, *(one for one in more if one.weight == "error" and one.check not in said))

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What doctor's free checks found that stands against nothing."""
        return tuple(one for one in self.examined.findings if one.weight == "warning") if self.examined else ()


def checked(workspace: Workspace, draft: Draft) -> Profile:
    """The draft as a profile; what is wrong with it is a UserError that speaks of answers, not of a file."""
    check_name(draft.name)
    surface = workspace.knowledge.surface(draft.surface)
    order = [*(ask.name for ask in surface.ask), ALLOW_HTTP]
    draft.set = {key: draft.set[key] for key in sorted(draft.set, key=order.index)}  # the same answers, the same file
    for ask in surface.ask:
        if ask.required and ask.name not in draft.set:
            raise UserError(f"init needs --set {ask.name}=… for surface {draft.surface}", ask.text)
    for ask in surface.ask:
        if ask.path and ask.name in draft.set:
            draft.set[ask.name] = absolute(ask.name, draft.set[ask.name], str(workspace.system.home))
    try:
        refuse_owned(draft.set, workspace.knowledge)
        profile = workspace.store.read(draft.name, draft.text())
    except UserError as why:  # there is no file yet to mend
        raise UserError(
            why.message.removeprefix(f"{workspace.store.path(draft.name)}: "),
            why.hint if "mend it in" not in why.hint else "say it with another --set",
        ) from why
    if finding := find_insecure(draft.name, profile, workspace.knowledge, str(workspace.system.home)):
        raise pages.Explained(finding, USAGE)
    return profile


def access(workspace: Workspace, draft: Draft, profile: Profile) -> Access:
    """How the draft would reach its provider. What its author has just written here is trusted here; what the keyring
    holds under its name is another profile's."""
    secrets = dict(draft.secrets)
    references = {answer: one for answer, one in workspace.references(profile).items() if answer not in secrets}
    system = workspace.system

    def usable(entry: str) -> bool:
        return not entry.startswith(f"{draft.name}/") and workspace.entries.usable_entry(entry)

    secrets |= Vault(system.environment, system.home, lambda *_: True, usable).fetch(draft.name, references)
    change = environment.change(draft.name, profile, workspace.knowledge, home=str(system.home), secrets=secrets)
    child = secret_shapes.masked(environment.applied(change, system.environment))
    return Access(draft.name, profile, secrets, child, system.home, system.now())


def verified(workspace: Workspace, draft: Draft, profile: Profile) -> Verification:
    """Ask the provider; on success the draft has its pins and residency."""
    scrub(workspace.knowledge)
    ask = access(workspace, draft, profile)
    try:
        with console.busy(f"asking the provider of {draft.name} for its models"):
            found = verify.verify(ask, workspace.knowledge.shared.aliases)
    except Failed as why:
        return Verification(None, why)
    workspace.catalogues.keep(draft.name, profile, found.listing)
    complete = verify.completed(profile, found)
    draft.set, draft.models = dict(complete.set), dict(complete.models)
    return Verification(found, None, _examined(workspace, replace(ask, profile=complete), found.listing))


def _examined(workspace: Workspace, access: Access, listing: Listing) -> Report:
    """Doctor's free checks of the provider; the listing is not asked for again."""
    case = prepare.draft(workspace, access, listing)
    with console.busy(f"examining {access.name}"):
        reports = examine(PROBES, {access.name: lambda: case})
    return reports[0]


def save(workspace: Workspace, draft: Draft, *, force: bool, pending: tuple[Finding, ...] = ()) -> None:
    """Secret first, then the profile: a profile is never saved whose secret could not be."""
    with workspace.store.lock():
        if not force:
            workspace.store.refuse_taken(draft.name, REPLACES)
        try:
            _save(workspace, draft, {})
        except pages.Explained as why:
            if not draft.private_files or why.finding.check != "keyring-unavailable":
                raise
            _save(
                workspace, draft, {answer: workspace.entries.new_file(draft.name, answer) for answer in draft.secrets}
            )
        if pending:
            workspace.pending.mark(draft.name, [finding.check for finding in pending])
        else:
            workspace.pending.clear(draft.name)
        workspace.sweep()


def _save(workspace: Workspace, draft: Draft, paths: Mapping[str, Path]) -> None:
    """The secrets go into the keyring, those of `paths` into private files, which no profile names until then."""
    home = str(workspace.system.home)
    draft.set |= {answer: f"file:{path}" for answer, path in paths.items()}
    text = draft.text()
    profile = workspace.store.read(draft.name, text)
    new = {answer: secret for answer, secret in draft.secrets.items() if answer not in paths}
    known = (*workspace.stored(draft.name), *workspace.own_entries(profile))
    with workspace.entries.changed(draft.name, new=new, known=known):
        for answer, path in paths.items():
            files.private_folder(path.parent)
            files.write(path, draft.secrets[answer].reveal().encode())
        if workspace.trust.is_imported(draft.name):  # the replaced profile, as long as its file is there
            workspace.trust.allow(draft.name, text)
        workspace.store.save(draft.name, text)
        workspace.store.draft(draft.name).unlink(missing_ok=True)  # an edit of the replaced profile
        workspace.trust.forget(draft.name)  # this one was written here
        workspace.trust.record(draft.name, workspace.to_record(profile))
    for answer in new:
        console.say(f"the {answer} is in this machine's keyring")
    for answer, path in paths.items():
        console.say(console.redact(f"no keyring here: the {answer} is in {path}, readable by you alone", home))


def move_owned(workspace: Workspace, draft: Draft) -> None:
    """Secrets that variables of ccsetup's own hold go into the keyring: the next switch would unset the variables."""
    for answer, variable in owned_references(draft.set, workspace.knowledge).items():
        value = secret_shapes.trimmed(workspace.system.environment.get(variable, ""))
        if value:
            draft.secrets[answer] = Secret(value)
            draft.set[answer] = KEYRING
            draft.private_files = True
