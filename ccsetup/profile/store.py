"""The profiles on disk: one TOML file each, replaced whole, under one lock."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsetup.knowledge.pages import Explained
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import compiled, environment, outcome
from ccsetup.profile.coming import Coming
from ccsetup.profile.insecure import find_insecure
from ccsetup.profile.profile import ALLOW_HTTP, Profile, absolute, check_name, is_name, parse, relative_path
from ccsetup.profile.trust import Trust
from ccsetup.shells import dialects, posix
from ccsetup.system import files
from ccsetup.system.errors import UserError
from ccsetup.system.spelling import nearest
from ccsetup.system.system import System


@dataclass(frozen=True, slots=True)
class Store:
    """The profiles of one system. Every method that takes a name refuses an invalid one."""

    system: System
    knowledge: Knowledge

    @property
    def trust(self) -> Trust:
        return Trust(self.system.state, self.system.config, self.system.home)

    def names(self) -> tuple[str, ...]:
        """The profiles there are, readable or not, in order."""
        try:
            found = [path.stem for path in self.system.profiles.iterdir() if path.suffix == ".toml"]
        except FileNotFoundError:
            return ()
        except OSError as why:
            raise UserError(f"cannot read {self.system.profiles}: {why.strerror}") from why
        coming = self.coming.names()
        return tuple(sorted(name for name in found if is_name(name) and name not in coming))

    def path(self, name: str) -> Path:
        return self.system.profiles / f"{check_name(name)}.toml"

    def draft(self, name: str) -> Path:
        """Where an edit that is not finished keeps its text."""
        return self.system.state / "drafts" / self.path(name).name

    def text(self, name: str) -> bytes:
        """The file as it stands; an unknown name is a UserError that offers the nearest ones."""
        path = self.path(name)
        try:
            return files.read(path if name not in self.coming.names() else self.coming.nowhere, home=self.system.home)
        except FileNotFoundError as why:
            names = self.names()
            hint = nearest(name, names) or (
                f"there are: {', '.join(names)}" if names else "make one with: ccsetup init"
            )
            raise UserError(f"no profile is called {name!r}", hint) from why

    def load(self, name: str) -> Profile:
        return self.read(name, self.text(name))

    def read(self, name: str, text: bytes) -> Profile:
        """The profile that `text`, as the file of `name`, holds. What an earlier version compiled from one that holds a
        secret is deleted."""
        try:
            return parse(text, str(self.path(name)), self.knowledge)
        except Explained:
            with suppress(OSError, UserError):
                self._forget(name)
            raise

    def settled(self, name: str, text: bytes) -> bytes:
        """The file of `name` as it is to be saved: `text`, checked, with every path absolute."""
        profile = self.read(name, text)
        home = str(self.system.home)
        asks = self.knowledge.surfaces[profile.surface].ask
        paths = {ask.name: profile.set[ask.name] for ask in asks if ask.path and ask.name in profile.set}
        whole = {setting: absolute(setting, path, home) for setting, path in paths.items()}
        if whole == paths:
            return text
        import tomlkit

        document: MutableMapping[str, Any] = tomlkit.parse(text)
        document["set"] |= whole
        return encoded(tomlkit.dumps(document))

    def exists(self, name: str) -> bool:
        """Whether anything at all is in the place of the profile's file."""
        try:
            (self.path(name) if name not in self.coming.names() else self.coming.nowhere).lstat()
        except FileNotFoundError:
            return False
        except OSError as why:
            raise UserError(f"cannot read {self.path(name)}: {why.strerror}") from why
        return True

    def refuse_taken(self, name: str, todo: str = "rename or remove it first, or choose another name") -> None:
        if self.exists(name):
            raise UserError(f"profile {name!r} already exists", f"see it with: ccsetup show {name}; {todo}")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Held around everything that changes profiles; not re-entrant between processes, so hold it briefly."""
        with files.locked(self.system.config / ".lock"):
            self._take_back()
            yield

    @property
    def coming(self) -> Coming:
        return Coming(self.system.config, self.system.home)

    def _take_back(self) -> None:
        """Delete what a process added that was killed before all was there."""
        if names := self.coming.names():
            for name in filter(is_name, names):
                files.remove(self.path(name))
            self.coming.complete()

    def add(self, texts: Mapping[str, bytes], before: Callable[[str, Profile], None]) -> None:
        """Make each text the profile of its name: all or none, whatever happens to this process. `before` is called for
        each, once its name counts for nothing else. To be called under the lock."""
        profiles = {name: self.read(name, text) for name, text in texts.items()}
        files.sweep(files.private_folder(self.system.profiles))
        self.coming.announce(tuple(texts))
        try:
            for name, text in texts.items():
                before(name, profiles[name])
                self.draft(name).unlink(missing_ok=True)  # an edit of a profile whose file was deleted by hand
                files.write(self.path(name), text)
        except BaseException:  # Ctrl-C included
            self._take_back()
            raise
        self.coming.complete()
        for name, text in texts.items():
            self.compile(name, text, profiles[name])

    def save(self, name: str, text: bytes) -> Profile:
        """Check `text`, make it the profile `name`, and compile it. To be called under the lock."""
        path = self.path(name)
        profile = self.read(name, text)
        if not self.exists(name):  # an edit of a profile whose file was deleted by hand
            self.draft(name).unlink(missing_ok=True)
        files.sweep(files.private_folder(path.parent))
        files.sweep(self.system.cache / "compiled")
        files.write(path, text)
        self.compile(name, text, profile)
        return profile

    def remove(self, name: str) -> None:
        """Delete the profile, what was compiled from it, and an edit of it. To be called under the lock."""
        path = self.path(name)
        try:
            path.unlink()
        except OSError as why:
            raise UserError(f"cannot remove {path}: {why.strerror}", "nothing was changed") from why
        with suppress(OSError, UserError):
            self._forget(name)
            self.draft(name).unlink(missing_ok=True)

    def _forget(self, name: str) -> None:
        """Delete what was compiled; a UserError where it stays."""
        for kind in (*dialects.SWITCHING, "ccuse"):
            path = self._compiled(name, kind)
            try:
                path.unlink(missing_ok=True)
            except NotADirectoryError:
                continue
            except OSError as why:
                raise UserError(f"cannot remove {path}: {why.strerror}", "remove it, then try again") from why

    def is_allowed(self, name: str, text: bytes, profile: Profile) -> bool:
        """Whether the profile, whose file is `text`, may be used here: it was made here, or does nothing that needs
        permission, or has it for exactly this text."""
        trust = self.trust
        if not trust.is_imported(name) or trust.allows_text(name, text):
            return True
        return not outcome.of(name, profile, self.knowledge, str(self.system.home)).needs

    def compile(self, name: str, source: bytes, profile: Profile) -> None:
        """Keep what `env` prints; a cache that cannot be written is no error.

        Not for a profile with a secret, nor for one that may not be used here: those take the long way each time.
        What an earlier profile of that name and text left is deleted then.
        """
        relative = relative_path(profile, self.knowledge.surfaces[profile.surface])
        unsafe = find_insecure(name, profile, self.knowledge, str(self.system.home))
        if relative or unsafe or not self.is_allowed(name, source, profile):
            self._forget(name)
            return
        if environment.has_secret(profile, self.knowledge):
            return
        with suppress(UserError, OSError, UnicodeError):  # UnicodeError: a home whose name is no text
            files.private_folder(self.system.cache / "compiled")
            for kind, text in self._texts(name, source, profile).items():
                path = self._compiled(name, kind)
                if not path.is_file() or files.read(path) != text:
                    files.write(path, text)  # durable: a shell sources it, and half of it would be a wrong switch

    def _texts(self, name: str, source: bytes, profile: Profile) -> dict[str, bytes]:
        """What is kept for each way to speak."""
        change = environment.change(name, profile, self.knowledge, home=str(self.system.home), secrets={})
        config_dir = change.values.get("CLAUDE_CONFIG_DIR")
        stamp = compiled.stamp(self.system.environment)
        values = environment.revealed(change)
        moved = str(config_dir) if config_dir else None
        texts = {
            spoken: compiled.text(
                source,
                stamp,
                dialects.speaker(spoken).switch(values, change.borrowed),
                watch=environment.watched(change, self.knowledge.surfaces[profile.surface]),
                families=change.families,
                config_dir=moved,
            )
            for spoken in dialects.SWITCHING
        }
        texts["ccuse"] = compiled.ccuse(source, stamp, posix.ccuse(values, change.borrowed), moved)
        return texts

    def _compiled(self, name: str, kind: str) -> Path:
        return self.system.cache / "compiled" / f"{name}.{kind}"


def compose(
    surface: str,
    answers: Mapping[str, str],
    models: Mapping[str, str],
    env: Mapping[str, str],
    expect: Mapping[str, str],
) -> bytes:
    """A new profile's file."""
    import tomlkit

    document = tomlkit.document()
    document["schema"] = 1
    document["surface"] = surface
    for name, table in (("set", answers), ("models", models), ("env", env), ("expect", expect)):
        if table:
            document[name] = {key: value == "true" if key == ALLOW_HTTP else value for key, value in table.items()}
    return encoded(tomlkit.dumps(document))


def encoded(text: str) -> bytes:
    """`text` as UTF-8. A command line can carry bytes that are none, and TOML cannot."""
    try:
        return text.encode()
    except UnicodeEncodeError as why:
        raise UserError("an answer is not valid UTF-8, and a profile holds nothing else") from why


def bundle(profiles: Iterable[tuple[str, bytes]]) -> str:
    """Several profiles as one TOML document, for `export`."""
    import tomlkit

    document = tomlkit.document()
    document["schema"] = 1
    document["profiles"] = {name: tomlkit.parse(text).unwrap() for name, text in profiles}
    return tomlkit.dumps(document)
